// Counts what a Lua state allocates and refuses what would exceed a cap. It wraps the allocator that the
// state was made with: LuaJIT's own is 20-35 % faster than malloc where allocation dominates.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <lua.hpp>

namespace pobatch {

class MemoryMeter {
public:
	// Set only once the state stands: old LuaJIT versions crash when an allocation fails while a state is
	// made.
	void setLimit(size_t bytes) { limit_.store(static_cast<int64_t>(bytes), std::memory_order_relaxed); }
	size_t limit() const { return static_cast<size_t>(limit_.load(std::memory_order_relaxed)); }
	int64_t used() const { return used_.load(std::memory_order_relaxed); }
	int64_t peak() const { return peak_.load(std::memory_order_relaxed); }

	// While it lives there is no limit: for short work of the host's own in a state that may be full.
	class Unlimited {
	public:
		explicit Unlimited(MemoryMeter& meter) : meter_(meter), limit_(meter.limit()) { meter_.setLimit(0); }
		~Unlimited() { meter_.setLimit(limit_); }
		Unlimited(const Unlimited&) = delete;

	private:
		MemoryMeter& meter_;
		const size_t limit_;
	};

	// True if an allocation was refused since the last call.
	bool takeRefused() {
		const bool refused = refused_;
		refused_ = false;
		return refused;
	}

	// Puts the meter between the state and its allocator, and takes it out again (before lua_close, which
	// recognises its own allocator and frees its arena whole).
	void attach(lua_State* L, void* owner, lua_Alloc entry) {
		inner_ = lua_getallocf(L, &innerData_);
		used_ = static_cast<int64_t>(lua_gc(L, LUA_GCCOUNT, 0)) * 1024 + lua_gc(L, LUA_GCCOUNTB, 0);
		lua_setallocf(L, entry, owner);
	}
	void detach(lua_State* L) { lua_setallocf(L, inner_, innerData_); }

	// Signed sums: after a failed allocation LuaJIT's own figures for old sizes can be off.
	void* allocate(void* block, size_t oldSize, size_t newSize) {
		const int64_t growth = static_cast<int64_t>(newSize) - static_cast<int64_t>(oldSize);
		const int64_t used = used_.load(std::memory_order_relaxed) + growth;
		const int64_t limit = limit_.load(std::memory_order_relaxed);
		if (growth > 0 && limit != 0 && used > limit) {
			refused_ = true;
			return nullptr;
		}
		void* fresh = inner_(innerData_, block, oldSize, newSize);
		if (fresh != nullptr || newSize == 0) {
			used_.store(used, std::memory_order_relaxed);
			if (used > peak_.load(std::memory_order_relaxed)) peak_.store(used, std::memory_order_relaxed);
		}
		return fresh;
	}

private:
	lua_Alloc inner_ = nullptr;
	void* innerData_ = nullptr;
	// Written by the state's own thread, read by others for figures.
	std::atomic<int64_t> limit_{0};  // 0: none
	std::atomic<int64_t> used_{0};
	std::atomic<int64_t> peak_{0};
	bool refused_ = false;
};

}  // namespace pobatch
