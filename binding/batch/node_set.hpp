// Node sets as 32-bit words, and their canonical form against a build.
//
// A word: bits 0-15 are the node id, 16-17 the attribute choice (0: the build's default, 1: Str, 2: Dex, 3:
// Int), 18-19 the weapon set (0: both, 1, 2); bit 20 is set if the node is removed rather than added (deltas
// only).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "batch/passive_tree.hpp"
#include "state/hash128.hpp"

namespace pobatch {

constexpr uint32_t kIdMask = 0xffff;
constexpr uint32_t kAttributeShift = 16;
constexpr uint32_t kWeaponSetShift = 18;
constexpr uint32_t kRemoveBit = 1u << 20;
constexpr uint32_t kChoiceMask = 0xf0000;
constexpr uint32_t kWordMask = kIdMask | kChoiceMask | kRemoveBit;

enum class SetKind { Full, Delta };

// Rows of words in the caller's typed arrays: row i is words[offsets[i] .. offsets[i + 1]).
struct NodeSetView {
	SetKind kind;
	std::span<const uint32_t> words;
	std::span<const uint32_t> offsets;  // rows + 1
	size_t rows() const { return offsets.size() - 1; }
};

// The nodes that a build has allocated, and the rules that make a word valid.
class AllocatedNodes {
public:
	AllocatedNodes(std::vector<uint32_t> words, std::shared_ptr<const PassiveTree> tree);

	std::span<const uint32_t> words() const { return words_; }
	// The build's word for an id; kAbsent if it is not allocated.
	uint32_t wordOf(uint32_t id) const { return byId_[id]; }
	const PassiveTree* tree() const { return tree_.get(); }

	// The values that an id requires of a word's high bits, for the fast path of the canonical form. The low
	// byte has the required values, the high byte says which bits are checked. Bits 0-4 are bits 16-20 of a
	// word. Bit 5 is not part of a word and makes every word with an unknown id break its rule.
	using Rule = uint16_t;
	static constexpr Rule kRemoved = kRemoveBit >> 16, kUnknown = 0x20, kAttribute = 0x3, kChoice = 0xf;
	static uint32_t breaks(uint32_t word, uint32_t rule) { return (word >> 16 ^ rule) & rule >> 8; }
	const Rule* rules() const { return rules_.data(); }
	// The index of an allocated id in words(); words().size() for all others.
	const uint32_t* places() const { return places_.data(); }

	static constexpr uint32_t kAbsent = 0xffffffff;

private:
	std::vector<uint32_t> words_;  // sorted by id
	std::vector<uint32_t> byId_;
	std::vector<Rule> rules_;
	std::vector<uint32_t> places_;
	std::shared_ptr<const PassiveTree> tree_;
};

enum class SetError : uint8_t { None, UnknownNode, InvalidSet };

// Brings rows into canonical form: added words sorted by id (none of them allocated in the build once the
// removed ids are gone), then removed ids sorted (all allocated), each unique. A full set becomes its
// difference from the build. So a full set and a delta that mean the same nodes have the same words, the same
// hash and the same answer. An allocated node whose choice changes is in both parts. Use one object per
// thread: it keeps scratch space.
class Canonicalizer {
public:
	struct Row {
		SetError error = SetError::None;
		std::string message;  // only with an error
	};
	// Appends the row's canonical words to `out` and the end of each part to `ends` (two entries). Appends
	// nothing if there is an error. Reads each word of the caller's memory only once, because another thread
	// may change it meanwhile.
	Row append(const NodeSetView& sets, size_t row, const AllocatedNodes& base, std::vector<uint32_t>& out,
	           std::vector<uint32_t>& ends);

private:
	// The fast paths, which have no branch per node and which nearly all rows take. False, with nothing
	// appended, if the row does not qualify.
	//
	// For a delta that is already in canonical form.
	bool appendDelta(const AllocatedNodes& base, std::vector<uint32_t>& out, std::vector<uint32_t>& ends);
	// For a full set that is sorted, has only known ids and changes no choice of an allocated node.
	bool appendFull(const AllocatedNodes& base, std::vector<uint32_t>& out, std::vector<uint32_t>& ends);
	Row appendAny(SetKind kind, const AllocatedNodes& base, std::vector<uint32_t>& out,
	              std::vector<uint32_t>& ends);
	bool sortUnique(std::vector<uint32_t>& words, Row& row);
	bool validate(const std::vector<uint32_t>& words, const AllocatedNodes& base, Row& row) const;

	std::vector<uint32_t> words_;  // the row, read once
	std::vector<uint8_t> kept_;    // per word of the base: whether it is in the full set
	std::vector<uint32_t> added_;
	std::vector<uint32_t> removed_;
	// Allocated for the first row that is not sorted: a quarter of a megabyte, which small batches rarely
	// need.
	std::vector<uint64_t> bits_;     // one bit per id
	std::vector<uint64_t> summary_;  // one bit per word of bits_
	std::vector<uint32_t> wordOf_;   // by id, valid if its bit is set
	std::vector<uint32_t> addedPart_, removedPart_;
};

}  // namespace pobatch
