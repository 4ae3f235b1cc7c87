#include "batch/node_set.hpp"

#include <algorithm>
#include <bit>

namespace pobatch {

namespace {

// For an allocated node, the set inherits the choices that it leaves open.
uint32_t inherit(uint32_t wanted, uint32_t have) {
	if ((wanted >> kAttributeShift & 3) == 0) wanted |= have & (3u << kAttributeShift);
	if ((wanted >> kWeaponSetShift & 3) == 0) wanted |= have & (3u << kWeaponSetShift);
	return wanted;
}

}  // namespace

AllocatedNodes::AllocatedNodes(std::vector<uint32_t> words, std::shared_ptr<const PassiveTree> tree)
    : words_(std::move(words)), byId_(kNodeIdCount, kAbsent), tree_(std::move(tree)) {
	// If a calculator names an id twice, the last word counts.
	for (const uint32_t word : words_) byId_[word & kIdMask] = word;
	std::erase_if(words_, [this](uint32_t word) { return byId_[word & kIdMask] != word; });
	std::sort(words_.begin(), words_.end(),
	          [](uint32_t a, uint32_t b) { return (a & kIdMask) < (b & kIdMask); });
	words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
	rules_.resize(kNodeIdCount);
	places_.assign(kNodeIdCount, static_cast<uint32_t>(words_.size()));
	for (uint32_t id = 0; id < kNodeIdCount; ++id) {
		const bool known = !tree_ || tree_->has(id);
		const bool takesAttribute = !tree_ || tree_->isAttribute(id);
		rules_[id] = static_cast<Rule>(!known           ? kUnknown | kUnknown << 8
		                               : takesAttribute ? kRemoved << 8
		                                                : (kRemoved | kAttribute) << 8);
	}
	for (uint32_t place = 0; place < words_.size(); ++place) {
		const uint32_t id = words_[place] & kIdMask;
		// The node can be removed. Only the general path can tell whether a choice changes it.
		rules_[id] |= kRemoved | (kRemoved | kChoice) << 8;
		places_[id] = place;
	}
}

// Sorts by id and drops repeated ids. Sets from NodeSets' own builders are already sorted. Otherwise a bit
// set of all ids sorts in linear time; a comparison sort of 100 ids costs more than the rest of a trivial
// row.
bool Canonicalizer::sortUnique(std::vector<uint32_t>& words, Row& row) {
	bool ascending = true;
	for (size_t i = 1; i < words.size(); ++i) ascending &= (words[i - 1] & kIdMask) < (words[i] & kIdMask);
	if (ascending) return true;
	if (bits_.empty()) {
		wordOf_.resize(kNodeIdCount);
		summary_.resize(kNodeIdCount / 64 / 64);
		bits_.resize(kNodeIdCount / 64);  // last, because it shows that all three exist
	}
	uint32_t conflict = AllocatedNodes::kAbsent;
	for (const uint32_t word : words) {
		const uint32_t id = word & kIdMask;
		uint64_t& cell = bits_[id / 64];
		const uint64_t bit = 1ull << (id % 64);
		if ((cell & bit) != 0 && wordOf_[id] != word) conflict = id;
		cell |= bit;
		summary_[id / 4096] |= 1ull << (id / 64 % 64);
		wordOf_[id] = word;
	}
	words.clear();
	for (size_t s = 0; s < summary_.size(); ++s) {
		for (; summary_[s] != 0; summary_[s] &= summary_[s] - 1) {
			const size_t cell = s * 64 + static_cast<size_t>(std::countr_zero(summary_[s]));
			for (; bits_[cell] != 0; bits_[cell] &= bits_[cell] - 1)
				words.push_back(wordOf_[cell * 64 + static_cast<size_t>(std::countr_zero(bits_[cell]))]);
		}
	}
	if (conflict == AllocatedNodes::kAbsent) return true;
	row.error = SetError::InvalidSet;
	row.message = "node " + std::to_string(conflict) + " is given twice with different choices";
	return false;
}

bool Canonicalizer::validate(const std::vector<uint32_t>& words, const AllocatedNodes& base, Row& row) const {
	const PassiveTree* tree = base.tree();
	size_t unknown = 0;
	for (const uint32_t word : words) {
		const uint32_t id = word & kIdMask;
		if (tree != nullptr && !tree->has(id)) {
			if (++unknown <= 10) row.message += (unknown == 1 ? "" : ", ") + std::to_string(id);
		} else if (tree != nullptr && (word >> kAttributeShift & 3) != 0 && !tree->isAttribute(id)) {
			row.error = SetError::InvalidSet;
			row.message = "node " + std::to_string(id) + " takes no attribute choice";
			return false;
		}
	}
	if (unknown == 0) return true;
	if (unknown > 10) row.message += " and " + std::to_string(unknown - 10) + " more";
	row.error = SetError::UnknownNode;
	row.message = (unknown == 1 ? "node " : "nodes ") + row.message + (unknown == 1 ? " is" : " are") +
	              " not in the tree";
	return false;
}

Canonicalizer::Row Canonicalizer::append(const NodeSetView& sets, size_t row, const AllocatedNodes& base,
                                         std::vector<uint32_t>& out, std::vector<uint32_t>& ends) {
	const size_t start = std::min<size_t>(sets.offsets[row], sets.words.size());
	const size_t end = std::clamp<size_t>(sets.offsets[row + 1], start, sets.words.size());
	words_.assign(sets.words.begin() + static_cast<std::ptrdiff_t>(start),
	              sets.words.begin() + static_cast<std::ptrdiff_t>(end));
	const bool straight =
	    sets.kind == SetKind::Delta ? appendDelta(base, out, ends) : appendFull(base, out, ends);
	return straight ? Row{} : appendAny(sets.kind, base, out, ends);
}

bool Canonicalizer::appendDelta(const AllocatedNodes& base, std::vector<uint32_t>& out,
                                std::vector<uint32_t>& ends) {
	const AllocatedNodes::Rule* rules = base.rules();
	// Removed ids come after all added ones, as the builders of NodeSets write them.
	const auto order = [](uint32_t word) {
		return static_cast<int32_t>((word & kIdMask) | (word & kRemoveBit) >> 4);
	};
	uint32_t odd = 0;
	uint32_t removed = 0;
	// Separate loops, so that the compiler vectorizes the one without a table.
	for (const uint32_t word : words_) {
		odd |= word & ~kWordMask;
		removed += word >> 20 & 1;
	}
	for (size_t i = 1; i < words_.size(); ++i) odd |= order(words_[i - 1]) >= order(words_[i]);
	for (const uint32_t word : words_) odd |= AllocatedNodes::breaks(word, rules[word & kIdMask]);
	if (odd != 0) return false;
	out.insert(out.end(), words_.begin(), words_.end());
	for (size_t i = out.size() - removed; i < out.size(); ++i) out[i] &= kIdMask;
	ends.push_back(static_cast<uint32_t>(out.size()) - removed);
	ends.push_back(static_cast<uint32_t>(out.size()));
	return true;
}

bool Canonicalizer::appendFull(const AllocatedNodes& base, std::vector<uint32_t>& out,
                               std::vector<uint32_t>& ends) {
	const AllocatedNodes::Rule* rules = base.rules();
	addedPart_.resize(words_.size());
	removedPart_.resize(base.words().size());
	uint32_t* const added = addedPart_.data();
	uint32_t* const removed = removedPart_.data();
	size_t addedCount = 0;
	size_t removedCount = 0;
	uint32_t odd = 0;
	uint32_t next = 0;  // the smallest id that keeps the order
	kept_.assign(base.words().size() + 1, 0);
	for (const uint32_t word : words_) {
		const uint32_t id = word & kIdMask;
		const AllocatedNodes::Rule rule = rules[id];
		const uint32_t isAllocated = rule >> 4 & 1;
		odd |= word & ~(kIdMask | kChoiceMask);
		odd |= id < next;
		odd |= AllocatedNodes::breaks(word, rule) & ~uint32_t{AllocatedNodes::kRemoved};
		next = id + 1;
		added[addedCount] = word;
		addedCount += isAllocated ^ 1;
		kept_[base.places()[id]] = 1;
	}
	if (odd != 0) return false;
	for (size_t place = 0; place < base.words().size(); ++place) {
		removed[removedCount] = base.words()[place] & kIdMask;
		removedCount += kept_[place] ^ 1;
	}
	out.insert(out.end(), added, added + addedCount);
	ends.push_back(static_cast<uint32_t>(out.size()));
	out.insert(out.end(), removed, removed + removedCount);
	ends.push_back(static_cast<uint32_t>(out.size()));
	return true;
}

Canonicalizer::Row Canonicalizer::appendAny(SetKind kind, const AllocatedNodes& base,
                                            std::vector<uint32_t>& out, std::vector<uint32_t>& ends) {
	Row row;
	added_.clear();
	removed_.clear();
	for (const uint32_t word : words_) {
		if ((word & ~kWordMask) != 0 || (kind == SetKind::Full && (word & kRemoveBit) != 0)) {
			row.error = SetError::InvalidSet;
			row.message = "word " + std::to_string(word) + " is no node: see NodeSets for its bits";
			return row;
		}
		if ((word & kRemoveBit) != 0)
			removed_.push_back(word & kIdMask);
		else
			added_.push_back(word);
	}
	if (!sortUnique(added_, row) || !sortUnique(removed_, row) || !validate(added_, base, row) ||
	    !validate(removed_, base, row))
		return row;

	addedPart_.clear();
	removedPart_.clear();
	if (kind == SetKind::Full) {
		size_t next = 0;
		for (const uint32_t have : base.words()) {
			while (next < added_.size() && (added_[next] & kIdMask) < (have & kIdMask))
				addedPart_.push_back(added_[next++]);
			if (next == added_.size() || (added_[next] & kIdMask) != (have & kIdMask)) {
				removedPart_.push_back(have & kIdMask);
				continue;
			}
			const uint32_t wanted = inherit(added_[next++], have);
			if (wanted == have) continue;
			removedPart_.push_back(have & kIdMask);
			addedPart_.push_back(wanted);
		}
		addedPart_.insert(addedPart_.end(), added_.begin() + static_cast<std::ptrdiff_t>(next), added_.end());
	} else {
		size_t next = 0;
		const auto removeUpTo = [&](uint32_t limit) {
			for (; next < removed_.size() && removed_[next] < limit; ++next)
				if (base.wordOf(removed_[next]) != AllocatedNodes::kAbsent)
					removedPart_.push_back(removed_[next]);
		};
		for (const uint32_t word : added_) {
			const uint32_t id = word & kIdMask;
			removeUpTo(id);
			const bool removed = next < removed_.size() && removed_[next] == id;
			if (removed) ++next;
			const uint32_t have = base.wordOf(id);
			const bool allocated = have != AllocatedNodes::kAbsent;
			const uint32_t wanted = allocated && !removed ? inherit(word, have) : word;
			if (wanted == have) continue;
			if (allocated) removedPart_.push_back(id);
			addedPart_.push_back(wanted);
		}
		removeUpTo(kNodeIdCount);
	}
	out.insert(out.end(), addedPart_.begin(), addedPart_.end());
	ends.push_back(static_cast<uint32_t>(out.size()));
	out.insert(out.end(), removedPart_.begin(), removedPart_.end());
	ends.push_back(static_cast<uint32_t>(out.size()));
	return row;
}

}  // namespace pobatch
