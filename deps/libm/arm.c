// One of Arm's functions under another name: FUNCTION is its file, FORM what its name begins with. The headers come first, so
// that nothing in them is renamed.
#include <math.h>
// glibc's headers have other functions of these names.
#define __sin musl___sin
#define __cos musl___cos
#define __tan musl___tan
#define __sinl musl___sinl
#define __cosl musl___cosl
#define __tanl musl___tanl
#include "libm.h"

#define JOINED(form, name) form##name
#define NAMED(form, name) JOINED(form, name)
#define exp NAMED(FORM, exp)
#define log NAMED(FORM, log)
#define pow NAMED(FORM, pow)
#include FUNCTION
