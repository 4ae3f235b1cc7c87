// The canonical form of a batch's rows, made once, with the 128-bit cache key of each row, and with the rows
// that are equal to each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "batch/node_set.hpp"
#include "state/hash128.hpp"
#include "state/job.hpp"

namespace pobatch {

// The variant of each row (0: the build itself), and the key of each variant. Rows of different variants are
// never equal.
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
	// The key of each row; 0 if the row is not a valid set.
	const std::vector<Hash128>& keys() const { return keys_; }
	// For each row, the first row with the same key. A row that is not a valid set equals no other row.
	const std::vector<uint32_t>& firstEqual() const { return firstEqual_; }
	// Like Canonicalizer::append.
	Canonicalizer::Row append(size_t row, std::vector<uint32_t>& out, std::vector<uint32_t>& ends) const;

private:
	// Where the words of a row are, and how many of them are added and how many removed.
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

	// Blocks instead of one list, which would be copied repeatedly while it grows.
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
