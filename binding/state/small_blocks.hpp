// Blocks of up to 256 bytes, by size class, without headers: most of what Lua allocates. LuaJIT's own
// allocator merges freed blocks with their neighbours and splits them again for the next object. A row that
// creates and drops thousands of objects spends more time on that than on marking them. The blocks of a class
// are in chunks of their own, which are freed at the end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace pobatch {

class SmallBlocks {
public:
	static constexpr size_t kMaxSize = 256;

	SmallBlocks() : table_(kFirstTable, 0) {}
	~SmallBlocks() {
		for (const uintptr_t base : table_)
			if (base != 0) ::operator delete(reinterpret_cast<void*>(base), std::align_val_t(kChunk));
	}
	SmallBlocks(const SmallBlocks&) = delete;
	SmallBlocks& operator=(const SmallBlocks&) = delete;

	// Whether this pool owns a block, judged by its address, because LuaJIT's figures for old sizes can be
	// wrong.
	bool owns(const void* block) const { return find(baseOf(block)); }

	// The size of a block of this pool in bytes, at least as many as were requested.
	static size_t sizeOf(const void* block) { return headerOf(block)->size; }
	static constexpr size_t roundedSize(size_t size) { return (size + kStep - 1) & ~(kStep - 1); }

	// nullptr if there is no memory. `size` is 1 to kMaxSize.
	void* allocate(size_t size) {
		Class& of = classes_[(size - 1) / kStep];
		if (Free* const block = of.free; block != nullptr) {
			of.free = block->next;
			return block;
		}
		const size_t step = roundedSize(size);
		if (of.end - of.next < static_cast<ptrdiff_t>(step) && !addChunk(of, step)) return nullptr;
		void* const block = of.next;
		of.next += step;
		return block;
	}

	void release(void* block) {
		Class& of = classes_[sizeOf(block) / kStep - 1];
		auto* const free = static_cast<Free*>(block);
		free->next = of.free;
		of.free = free;
	}

private:
	static constexpr size_t kStep = 16;
	static constexpr size_t kChunk = size_t{256} << 10;
	static constexpr size_t kFirstTable = 64;

	struct Free {
		Free* next;
	};
	struct alignas(kStep) Header {
		size_t size;  // of each block
	};
	struct Class {
		Free* free = nullptr;
		char* next = nullptr;  // in the newest chunk of the class
		char* end = nullptr;
	};

	static uintptr_t baseOf(const void* block) { return reinterpret_cast<uintptr_t>(block) & ~(kChunk - 1); }
	static Header* headerOf(const void* block) { return reinterpret_cast<Header*>(baseOf(block)); }

	// The chunks form a hash set with open addressing, at most half full.
	size_t slotOf(uintptr_t base) const {
		return static_cast<size_t>((static_cast<uint64_t>(base / kChunk) * 0x9E3779B97F4A7C15u) >> 32) &
		       (table_.size() - 1);
	}
	bool find(uintptr_t base) const {
		for (size_t slot = slotOf(base); table_[slot] != 0; slot = (slot + 1) & (table_.size() - 1))
			if (table_[slot] == base) return true;
		return false;
	}
	void insert(uintptr_t base) {
		size_t slot = slotOf(base);
		while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
		table_[slot] = base;
	}

	bool addChunk(Class& of, size_t step) {
		if (2 * (chunks_ + 1) > table_.size()) {
			try {
				std::vector<uintptr_t> larger(2 * table_.size(), 0);
				larger.swap(table_);
				for (const uintptr_t base : larger)
					if (base != 0) insert(base);
			} catch (const std::bad_alloc&) {
				return false;
			}
		}
		auto* const chunk =
		    static_cast<char*>(::operator new(kChunk, std::align_val_t(kChunk), std::nothrow));
		if (chunk == nullptr) return false;
		insert(reinterpret_cast<uintptr_t>(chunk));
		++chunks_;
		::new (chunk) Header{step};
		of.next = chunk + sizeof(Header);
		of.end = chunk + kChunk;
		return true;
	}

	std::array<Class, kMaxSize / kStep> classes_{};
	std::vector<uintptr_t> table_;
	size_t chunks_ = 0;
};

}  // namespace pobatch
