// Windows' C library takes file names in the user's code page, which lacks many letters. The linker redirects
// LuaJIT's calls to these functions (--wrap, see CMakeLists.txt), so that names are UTF-8 as on other
// systems.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/unicode_windows.h"

FILE* __wrap_fopen(const char* path, const char* mode) {
	wchar_t* const widePath = pobatch_wide(path);
	wchar_t* const wideMode = pobatch_wide(mode);
	FILE* file = NULL;
	if (widePath != NULL && wideMode != NULL)
		file = _wfopen(widePath, wideMode);
	else
		errno = ENOMEM;
	free(widePath);
	free(wideMode);
	return file;
}

int __wrap_remove(const char* path) {
	wchar_t* const wide = pobatch_wide(path);
	const int status = wide != NULL ? _wremove(wide) : -1;
	free(wide);
	return status;
}

int __wrap_rename(const char* from, const char* to) {
	wchar_t* const wideFrom = pobatch_wide(from);
	wchar_t* const wideTo = pobatch_wide(to);
	const int status = wideFrom != NULL && wideTo != NULL ? _wrename(wideFrom, wideTo) : -1;
	free(wideFrom);
	free(wideTo);
	return status;
}
