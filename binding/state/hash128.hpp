// MurmurHash3's 128-bit variant for x64 (Austin Appleby, public domain algorithm), over 32-bit words.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace pobatch {

struct Hash128 {
	uint64_t low;
	uint64_t high;
	bool operator==(const Hash128&) const = default;
};

inline uint64_t finalMix(uint64_t k) {
	k ^= k >> 33;
	k *= 0xff51afd7ed558ccdULL;
	k ^= k >> 33;
	k *= 0xc4ceb9fe1a85ec53ULL;
	return k ^ (k >> 33);
}

inline Hash128 hash128(const uint32_t* words, size_t count, uint64_t seed = 0) {
	constexpr uint64_t c1 = 0x87c37b91114253d5ULL;
	constexpr uint64_t c2 = 0x4cf5ad432745937fULL;
	uint64_t h1 = seed;
	uint64_t h2 = seed;
	const auto pair = [words, count](size_t i) {
		const uint64_t low = i < count ? words[i] : 0;
		const uint64_t high = i + 1 < count ? words[i + 1] : 0;
		return low | (high << 32);
	};
	size_t i = 0;
	for (; i + 4 <= count; i += 4) {
		h1 ^= std::rotl(pair(i) * c1, 31) * c2;
		h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729;
		h2 ^= std::rotl(pair(i + 2) * c2, 33) * c1;
		h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5;
	}
	h2 ^= std::rotl(pair(i + 2) * c2, 33) * c1;
	h1 ^= std::rotl(pair(i) * c1, 31) * c2;
	h1 ^= count * 4;
	h2 ^= count * 4;
	h1 += h2;
	h2 += h1;
	h1 = finalMix(h1);
	h2 = finalMix(h2);
	h1 += h2;
	h2 += h1;
	return {h1, h2};
}

}  // namespace pobatch
