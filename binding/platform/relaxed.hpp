// A word that one thread writes and others read. std::atomic_ref is not in every C++20 library (LLVM's has it
// since version 19).
#pragma once

#include <atomic>
#include <cstdint>

namespace pobatch {

inline uint32_t loadRelaxed(uint32_t& word) {
#ifdef __cpp_lib_atomic_ref
	return std::atomic_ref(word).load(std::memory_order_relaxed);
#else
	return __atomic_load_n(&word, __ATOMIC_RELAXED);
#endif
}

inline void storeRelaxed(uint32_t& word, uint32_t value) {
#ifdef __cpp_lib_atomic_ref
	std::atomic_ref(word).store(value, std::memory_order_relaxed);
#else
	__atomic_store_n(&word, value, __ATOMIC_RELAXED);
#endif
}

}  // namespace pobatch
