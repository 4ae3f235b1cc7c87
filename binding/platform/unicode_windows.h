// UTF-8, which is what JavaScript and Lua hand over, and the UTF-16 of Windows' functions. What is not well
// formed becomes U+FFFD, which is in no name of a file.
#pragma once

#include <wchar.h>

#ifdef __cplusplus
extern "C" {
#endif

// A copy for free(); null without memory.
wchar_t* pobatch_wide(const char* text);
char* pobatch_narrow(const wchar_t* text);

#ifdef __cplusplus
}
#endif
