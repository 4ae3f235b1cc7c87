// What musl's own sources get of its features.h; not every system has such a header.
#pragma once

#if __has_include_next(<features.h>)
#include_next <features.h>
#endif
