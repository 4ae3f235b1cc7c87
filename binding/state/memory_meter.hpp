// Counts what a Lua state allocates, and refuses what would exceed a limit. Small blocks come from a separate
// pool, all others from the allocator that the state was created with: LuaJIT's is 20-35 % faster than
// malloc.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <lua.hpp>

#include "state/small_blocks.hpp"

namespace pobatch {

class MemoryMeter {
public:
	// To be set only once the state exists: old LuaJIT versions crash if an allocation fails while a state is
	// being created.
	void setLimit(size_t bytes) {
		limit_.store(static_cast<int64_t>(bytes), std::memory_order_relaxed);
		aim(used(), 3, 5);
	}
	size_t limit() const { return static_cast<size_t>(limit_.load(std::memory_order_relaxed)); }
	int64_t used() const { return used_.load(std::memory_order_relaxed); }
	int64_t peak() const { return peak_.load(std::memory_order_relaxed); }

	// Suspends the limit while it lives: for short work of the host's own in a state that may be full.
	class Unlimited {
	public:
		explicit Unlimited(MemoryMeter& meter) : meter_(meter), limit_(meter.limit()) { meter_.setLimit(0); }
		~Unlimited() { meter_.setLimit(limit_); }
		Unlimited(const Unlimited&) = delete;

	private:
		MemoryMeter& meter_;
		const size_t limit_;
	};

	// What was in use when an allocation was last refused.
	int64_t usedWhenRefused() const { return usedWhenRefused_; }
	// True if an allocation was refused since the last call.
	bool takeRefused() {
		const bool refused = refused_;
		refused_ = false;
		return refused;
	}

	// Inserts the meter between the state and its allocator.
	void attach(lua_State* L, void* owner, lua_Alloc entry) {
		L_ = L;
		inner_ = lua_getallocf(L, &innerData_);
		used_ = static_cast<int64_t>(lua_gc(L, LUA_GCCOUNT, 0)) * 1024 + lua_gc(L, LUA_GCCOUNTB, 0);
		lua_setallocf(L, entry, owner);
	}
	// The data of the allocator that the state was created with, for closing the state.
	void* innerData() const { return innerData_; }

	// For tests: refuses only the allocation at which the count reaches zero.
	void failWhenZero(std::atomic<int64_t>* countdown) { countdown_ = countdown; }

	// The sums are signed, because LuaJIT's figures for old sizes can be wrong after a failed allocation.
	void* allocate(void* block, size_t oldSize, size_t newSize) {
		const int64_t growth = static_cast<int64_t>(newSize) - static_cast<int64_t>(oldSize);
		const int64_t used = used_.load(std::memory_order_relaxed) + growth;
		if (growth > 0) {
			if (used > collectAt_ || urged_) makeRoom(used);
			const int64_t limit = limit_.load(std::memory_order_relaxed);
			if ((limit != 0 && used > limit) || (countdown_ != nullptr && --*countdown_ == 0)) {
				refused_ = true;
				usedWhenRefused_ = used - growth;
				return nullptr;
			}
		}
		void* fresh = reallocate(block, oldSize, newSize);
		if (fresh != nullptr || newSize == 0) {
			used_.store(used, std::memory_order_relaxed);
			if (used > peak_.load(std::memory_order_relaxed)) peak_.store(used, std::memory_order_relaxed);
		}
		return fresh;
	}

private:
	void* reallocate(void* block, size_t oldSize, size_t newSize) {
		if (block != nullptr && small_.owns(block)) {
			const size_t size = SmallBlocks::sizeOf(block);
			if (newSize != 0 && SmallBlocks::roundedSize(newSize) == size) return block;
			void* fresh = nullptr;
			if (newSize != 0) {
				fresh = newSize <= SmallBlocks::kMaxSize ? small_.allocate(newSize)
				                                         : inner_(innerData_, nullptr, 0, newSize);
				if (fresh == nullptr) return nullptr;
				std::memcpy(fresh, block, std::min(size, newSize));
			}
			small_.release(block);
			return fresh;
		}
		if (newSize == 0 || newSize > SmallBlocks::kMaxSize)
			return inner_(innerData_, block, oldSize, newSize);
		void* const fresh = small_.allocate(newSize);
		if (fresh != nullptr && block != nullptr) {
			// The block was larger, so it came from the other allocator.
			std::memcpy(fresh, block, newSize);
			inner_(innerData_, block, oldSize, 0);
		}
		return fresh;
	}

	// LuaJIT has no emergency collection. At its own pace, garbage grows to more than the live size: 6 MB of
	// live objects would need a limit of 27. So an allocation that comes near the limit makes the collector's
	// next check a whole cycle, and the nearer the limit, the sooner the next one. Both calls only set a
	// field, which is safe within an allocation.
	void makeRoom(int64_t used) {
		if (urged_ && used < urgedAt_) {
			urged_ = false;
			aim(used, 3, 5);
		}
		if (used <= collectAt_) return;
		lua_gc(L_, LUA_GCSETSTEPMUL, 0);  // whole cycles
		lua_gc(L_, LUA_GCRESTART, 0);     // from now on, even if a calculator had stopped it
		urged_ = true;
		urgedAt_ = used;
		aim(used, 1, 2);
	}
	// Sets when the collector is urged next: when this part of the remaining room is used up. The step is at
	// least 1/64 of the limit, so that a full state fails instead of collecting for every few bytes.
	void aim(int64_t used, int64_t part, int64_t of) {
		const auto cap = static_cast<int64_t>(limit());
		collectAt_ = cap == 0 ? INT64_MAX : used + std::max((cap - used) * part / of, cap / 64);
	}

	SmallBlocks small_;
	lua_State* L_ = nullptr;
	lua_Alloc inner_ = nullptr;
	void* innerData_ = nullptr;
	// Written by the state's own thread, read by others for reports.
	std::atomic<int64_t> limit_{0};  // 0: none
	std::atomic<int64_t> used_{0};
	std::atomic<int64_t> peak_{0};
	// The state's own thread only.
	int64_t collectAt_ = INT64_MAX;
	int64_t urgedAt_ = 0;
	bool urged_ = false;
	bool refused_ = false;
	int64_t usedWhenRefused_ = 0;
	std::atomic<int64_t>* countdown_ = nullptr;
};

}  // namespace pobatch
