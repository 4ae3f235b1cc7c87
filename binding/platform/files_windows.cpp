#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "platform/files.hpp"
#include "platform/unicode_windows.h"

namespace pobatch {

namespace {

struct Free {
	void operator()(void* block) const { std::free(block); }
};

std::wstring wide(const char* text) {
	const std::unique_ptr<wchar_t, Free> copy(pobatch_wide(text));
	if (!copy) throw std::bad_alloc();
	return copy.get();
}

std::string narrow(const wchar_t* text) {
	const std::unique_ptr<char, Free> copy(pobatch_narrow(text));
	if (!copy) throw std::bad_alloc();
	return copy.get();
}

}  // namespace

std::optional<std::vector<std::string>> namesInFolder(const char* folder) {
	WIN32_FIND_DATAW entry;
	const HANDLE search = FindFirstFileW((wide(folder) + L"\\*").c_str(), &entry);
	if (search == INVALID_HANDLE_VALUE) return std::nullopt;
	std::vector<std::string> names;
	try {
		do {
			const std::wstring_view name(entry.cFileName);
			if (name != L"." && name != L"..") names.push_back(narrow(entry.cFileName));
		} while (FindNextFileW(search, &entry));
	} catch (...) {
		FindClose(search);
		throw;
	}
	FindClose(search);
	return names;
}

std::optional<std::string> realPath(const char* path) {
	// Asks for no access to the content. The flag allows opening folders as well.
	const HANDLE file =
	    CreateFileW(wide(path).c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
	                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
	if (file == INVALID_HANDLE_VALUE) return std::nullopt;
	// The longest possible path, so that a single call is enough.
	const auto buffer = std::make_unique<wchar_t[]>(32768);
	const DWORD length = GetFinalPathNameByHandleW(file, buffer.get(), 32768, FILE_NAME_NORMALIZED);
	CloseHandle(file);
	if (length == 0 || length >= 32768) return std::nullopt;
	std::string real = narrow(buffer.get());
	// \?\C:\folder, and \\?\UNC\server\share, which other programs write as \\server\share.
	if (real.starts_with("\\\\?\\UNC\\"))
		real.replace(0, 8, "\\\\");
	else if (real.starts_with("\\\\?\\"))
		real.erase(0, 4);
	std::replace(real.begin(), real.end(), '\\', '/');
	return real;
}

}  // namespace pobatch
