#include "platform/unicode_windows.h"

#define WIN32_LEAN_AND_MEAN
#include <stdlib.h>
#include <windows.h>

wchar_t* pobatch_wide(const char* text) {
	const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
	wchar_t* const wide = malloc((size_t)size * sizeof(wchar_t));
	if (wide != NULL) MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
	return wide;
}

char* pobatch_narrow(const wchar_t* text) {
	const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
	char* const narrow = malloc((size_t)size);
	if (narrow != NULL) WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, size, NULL, NULL);
	return narrow;
}
