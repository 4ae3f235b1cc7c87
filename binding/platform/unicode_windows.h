// Conversion between UTF-8, which JavaScript and Lua use, and the UTF-16 of Windows' functions. Malformed
// text becomes U+FFFD, which does not occur in file names.
#pragma once

#include <wchar.h>

#ifdef __cplusplus
extern "C" {
#endif

// Returns a copy to be released with free(); null if there is no memory.
wchar_t* pobatch_wide(const char* text);
char* pobatch_narrow(const wchar_t* text);

#ifdef __cplusplus
}
#endif
