// The rows of a batch in canonical form, made once: with the 128-bit key that a cache knows each by, and with
// the rows that are equal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "batch/node_set.hpp"
#include "state/hash128.hpp"
#include "state/job.hpp"

namespace pobatch {

// Which variant of the build each row is of (0: none), and the key of each variant. Rows of different
// variants are never equal.
struct VariantKeys {
	std::vector<uint32_t> rows;
	std::vector<Hash128> keys;
};

class CanonicalSets {
public:
	// Ends early, with fewer rows than `sets` has, once `job` is stopped. Throws std::bad_alloc.
	CanonicalSets(const NodeSetView& sets, const AllocatedNodes& base, const VariantKeys& variants,
	              const Job* job = nullptr);

	size_t rows() const { return keys_.size(); }
	// Per row its key; 0 where the row is no valid set.
	const std::vector<Hash128>& keys() const { return keys_; }
	// Per row the first row with the same key; a row that is no valid set is equal to no other one.
	const std::vector<uint32_t>& firstEqual() const { return firstEqual_; }
	// As Canonicalizer::append.
	Canonicalizer::Row append(size_t row, std::vector<uint32_t>& out, std::vector<uint32_t>& ends) const;

private:
	// Where a row's words are, and how many of them are added and how many removed.
	struct Place {
		const uint32_t* words;
		uint32_t added, removed;
	};
	struct Refused {
		uint32_t row;
		Canonicalizer::Row why;
	};
	const uint32_t* keep(const std::vector<uint32_t>& row);
	void findEqual();

	// Blocks rather than one list, which would be copied again and again while it grows.
	std::vector<std::unique_ptr<uint32_t[]>> blocks_;
	uint32_t* free_ = nullptr;  // of the last block
	size_t freeWords_ = 0;
	std::vector<Place> places_;
	std::vector<Hash128> keys_;
	std::vector<uint32_t> firstEqual_;
	std::vector<Refused> refused_;  // ascending by row
};

// The key of a set whose canonical words are `row`, the added ones up to `addedEnd`. Marks removed ids in
// `row`.
Hash128 keyOf(std::vector<uint32_t>& row, size_t addedEnd);

}  // namespace pobatch
