// What native code and lua/batch_loop.lua share about a chunk of rows: its memory layout and the status of
// each row. Defined only here: Lua gets the declaration, the size and the names when a state starts (see
// `pushChunkLayout`), and src/native/row-status.ts is compared with the names when the addon is loaded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace pobatch {

// In numeric order. Crash is set only by src/executors/process/. NoState: the row was not evaluated because
// there was no state. BadVariant: the calculator refuses the row's variant.
#define POBATCH_ROW_STATUSES(STATUS) \
	STATUS(Pending, pending)         \
	STATUS(Ok, ok)                   \
	STATUS(Failed, failed)           \
	STATUS(BadResult, badResult)     \
	STATUS(UnknownNode, unknownNode) \
	STATUS(InvalidSet, invalidSet)   \
	STATUS(Timeout, timeout)         \
	STATUS(Memory, memory)           \
	STATUS(Crash, crash)             \
	STATUS(NoState, noState)         \
	STATUS(BadVariant, badVariant)

#define POBATCH_ENUMERATOR(name, text) name,
enum class RowStatus : uint8_t { POBATCH_ROW_STATUSES(POBATCH_ENUMERATOR) };
#undef POBATCH_ENUMERATOR

// The names used by Lua and JavaScript, by number.
#define POBATCH_TEXT(name, text) #text,
inline constexpr std::array kRowStatusNames{POBATCH_ROW_STATUSES(POBATCH_TEXT)};
#undef POBATCH_TEXT
#undef POBATCH_ROW_STATUSES

// words: canonical rows, see batch/node_set.hpp; ends: two per row, the end of the added words and the end of
// the removed ids; rows: for each row of the chunk, its row in the batch; results: rows of the whole batch x
// stats; status: a RowStatus per row of the chunk; next: the current row, which the watchdog reads from its
// own thread; failed: failures kept in Lua that were not taken yet; dirty: set by a row after which only a
// new state is proven to be clean; memoized: rows that the calculator answered from another row instead of
// calculating them.
#define POBATCH_CHUNK_FIELDS(FIELD) \
	FIELD(const uint32_t*, words)   \
	FIELD(const uint32_t*, ends)    \
	FIELD(const uint32_t*, rows)    \
	FIELD(double*, results)         \
	FIELD(uint8_t*, status)         \
	FIELD(uint32_t, count)          \
	FIELD(uint32_t, next)           \
	FIELD(uint32_t, failed)         \
	FIELD(uint32_t, dirty)          \
	FIELD(uint32_t, memoized)

// The current chunk, which lua/batch_loop.lua reads and writes through FFI.
#define POBATCH_MEMBER(type, name) type name = {};
struct Chunk {
	POBATCH_CHUNK_FIELDS(POBATCH_MEMBER)
};
#undef POBATCH_MEMBER

// The same declaration for `ffi.cdef`.
#define POBATCH_TEXT(type, name) #type " " #name "; "
inline constexpr const char* kChunkDeclaration =
    "typedef struct { " POBATCH_CHUNK_FIELDS(POBATCH_TEXT) "} pobatch_chunk;";
#undef POBATCH_TEXT
#undef POBATCH_CHUNK_FIELDS

// LuaJIT lays a struct out as a C compiler of the platform does, so C++ has to do the same.
static_assert(std::is_standard_layout_v<Chunk> && std::is_trivially_copyable_v<Chunk>);
static_assert(sizeof(void*) == 8 && sizeof(double) == 8,
              "LuaJIT's GC64 mode and the layout below count on it");
static_assert(offsetof(Chunk, words) == 0 && offsetof(Chunk, ends) == 8 && offsetof(Chunk, rows) == 16 &&
              offsetof(Chunk, results) == 24 && offsetof(Chunk, status) == 32);
static_assert(offsetof(Chunk, count) == 40 && offsetof(Chunk, next) == 44 && offsetof(Chunk, failed) == 48 &&
              offsetof(Chunk, dirty) == 52 && offsetof(Chunk, memoized) == 56);
static_assert(sizeof(Chunk) == 64);
static_assert(sizeof(RowStatus) == 1, "a row's status is a byte of `status`");

}  // namespace pobatch
