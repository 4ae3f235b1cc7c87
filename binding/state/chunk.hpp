// What native code and lua/batch_loop.lua share about a chunk of rows: its memory and how each row ended.
// Written here only: Lua gets the declaration, the size and the names from here when a state starts (see
// `pushChunkLayout`), and src/native/row-status.ts is compared with the names when the addon is loaded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace pobatch {

// By number. Crash is given by src/executors/process/ alone. NoState: the row was not evaluated, for want of
// a state. BadVariant: the calculator refuses the row's variant.
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

// Names by number, as Lua and JavaScript know them.
#define POBATCH_TEXT(name, text) #text,
inline constexpr std::array kRowStatusNames{POBATCH_ROW_STATUSES(POBATCH_TEXT)};
#undef POBATCH_TEXT
#undef POBATCH_ROW_STATUSES

// words: canonical rows, see batch/node_set.hpp; ends: two a row, end of the added words and of the removed
// ids; rows: the row of the batch that each row of the chunk is; results: rows of the whole batch x stats;
// status: RowStatus per row of the chunk; next: the row at work, which the watchdog reads from its own
// thread; failed: failures kept in Lua since they were last taken; dirty: set by a row after which only a new
// state is provably clean; memoized: rows that the calculator answered like another one instead of
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

// The chunk at work, which lua/batch_loop.lua reads and writes through FFI.
#define POBATCH_MEMBER(type, name) type name = {};
struct Chunk {
	POBATCH_CHUNK_FIELDS(POBATCH_MEMBER)
};
#undef POBATCH_MEMBER

// The same for `ffi.cdef`.
#define POBATCH_TEXT(type, name) #type " " #name "; "
inline constexpr const char* kChunkDeclaration =
    "typedef struct { " POBATCH_CHUNK_FIELDS(POBATCH_TEXT) "} pobatch_chunk;";
#undef POBATCH_TEXT
#undef POBATCH_CHUNK_FIELDS

// LuaJIT lays a struct out as a C compiler of the platform does: nothing may make C++ do otherwise.
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
