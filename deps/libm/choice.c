// Which of the two compiled forms of Arm's functions: as glibc chooses, so that the bits are those of Linux on the same
// processor. The names are the C library's own: the linker takes these, and nobody else sees them.
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <stdint.h>
#include <string.h>

double pobatch_plain_exp(double x);
double pobatch_plain_log(double x);
double pobatch_plain_pow(double x, double y);

#ifdef __x86_64__
double pobatch_fma_exp(double x);
double pobatch_fma_log(double x);
double pobatch_fma_pow(double x, double y);

static int hasFma;

__attribute__((constructor)) static void look(void)
{
	unsigned a, b, c, d, low, high;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_FMA) || !(c & bit_OSXSAVE)) return;
	// The system must save the registers, too.
	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
	hasFma = (b & bit_AVX2) != 0;
}

#define CHOOSE(name, arguments) return hasFma ? pobatch_fma_##name arguments : pobatch_plain_##name arguments
#else
#define CHOOSE(name, arguments) return pobatch_plain_##name arguments
#endif

double exp(double x)
{
	CHOOSE(exp, (x));
}

double log(double x)
{
	CHOOSE(log, (x));
}

double pow(double x, double y)
{
	CHOOSE(pow, (x, y));
}

// As fdlibm's e_log10.c and glibc's after it:
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute this
// software is freely granted, provided that this notice is preserved.
double log10(double x)
{
	static const double ivln10 = 4.34294481903251816668e-01, log10_2hi = 3.01029995663611771306e-01,
			    log10_2lo = 3.69423907715893078616e-13, two54 = 1.80143985094819840000e+16;
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	// 0, negative and not finite: log says it.
	if ((int64_t)bits <= 0 || bits >= UINT64_C(0x7ff0000000000000)) return log(x);
	int k = 0;
	if (bits < UINT64_C(0x0010000000000000)) {
		x *= two54;
		k = -54;
		memcpy(&bits, &x, sizeof bits);
	}
	k += (int)(bits >> 52) - 1023;
	const int i = k < 0;
	const double y = k + i;
	bits = (bits & UINT64_C(0x000fffffffffffff)) | ((uint64_t)(0x3ff - i) << 52);
	memcpy(&x, &bits, sizeof x);
	const double z = y * log10_2lo + ivln10 * log(x);
	return z + y * log10_2hi;
}
