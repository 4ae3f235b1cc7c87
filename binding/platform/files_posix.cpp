#include <filesystem>
#include <system_error>

#include "platform/files.hpp"

namespace pobatch {

std::optional<std::vector<std::string>> namesInFolder(const char* folder) {
	std::error_code error;
	std::vector<std::string> names;
	for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder), error))
		names.push_back(entry.path().filename().string());
	if (error) return std::nullopt;
	return names;
}

std::optional<std::string> realPath(const char* path) {
	std::error_code error;
	const auto real = std::filesystem::canonical(std::filesystem::path(path), error);
	if (error) return std::nullopt;
	return real.string();
}

}  // namespace pobatch
