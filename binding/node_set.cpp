#include "node_set.hpp"

#include <algorithm>
#include <bit>

namespace pobatch {

namespace {

// An allocated node keeps the choices that the set leaves open.
uint32_t inherit(uint32_t wanted, uint32_t have) {
	if ((wanted >> kAttributeShift & 3) == 0) wanted |= have & (3u << kAttributeShift);
	if ((wanted >> kWeaponSetShift & 3) == 0) wanted |= have & (3u << kWeaponSetShift);
	return wanted;
}

}  // namespace

BaseSet::BaseSet(std::vector<uint32_t> words, std::shared_ptr<const PassiveTree> tree)
    : words_(std::move(words)), byId_(kNodeIdCount, kAbsent), tree_(std::move(tree)) {
	// Of an id that a calculator names twice the last word counts.
	for (const uint32_t word : words_) byId_[word & kIdMask] = word;
	std::erase_if(words_, [this](uint32_t word) { return byId_[word & kIdMask] != word; });
	std::sort(words_.begin(), words_.end(),
	          [](uint32_t a, uint32_t b) { return (a & kIdMask) < (b & kIdMask); });
	words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
	marks_.assign(kNodeIdCount, tree_ ? 0 : kKnown | kTakesAttribute);
	places_.assign(kNodeIdCount, static_cast<uint32_t>(words_.size()));
	for (uint32_t id = 0; tree_ && id < kNodeIdCount; ++id)
		marks_[id] = (tree_->has(id) ? kKnown : 0) | (tree_->isAttribute(id) ? kTakesAttribute : 0);
	for (uint32_t place = 0; place < words_.size(); ++place) {
		const uint32_t id = words_[place] & kIdMask;
		marks_[id] |= kAllocated;
		places_[id] = place;
	}
}

Canonicalizer::Canonicalizer()
    : bits_(kNodeIdCount / 64), summary_(kNodeIdCount / 64 / 64), wordOf_(kNodeIdCount) {}

// Sorts by id and drops repeated ids. Sets from NodeSets' own builders are sorted already; else a bit set of
// all ids does it in linear time (a comparison sort of 100 ids costs more than the rest of a trivial row).
bool Canonicalizer::sortUnique(std::vector<uint32_t>& words, Row& row) {
	bool ascending = true;
	for (size_t i = 1; i < words.size(); ++i) ascending &= (words[i - 1] & kIdMask) < (words[i] & kIdMask);
	if (ascending) return true;
	uint32_t conflict = BaseSet::kAbsent;
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
	if (conflict == BaseSet::kAbsent) return true;
	row.error = SetError::InvalidSet;
	row.message = "node " + std::to_string(conflict) + " is given twice with different choices";
	return false;
}

bool Canonicalizer::validate(const std::vector<uint32_t>& words, const BaseSet& base, Row& row) const {
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

Canonicalizer::Row Canonicalizer::append(const NodeSetView& sets, size_t row, const BaseSet& base,
                                         std::vector<uint32_t>& out, std::vector<uint32_t>& ends) {
	const size_t start = std::min<size_t>(sets.offsets[row], sets.words.size());
	const size_t end = std::clamp<size_t>(sets.offsets[row + 1], start, sets.words.size());
	words_.assign(sets.words.begin() + static_cast<std::ptrdiff_t>(start),
	              sets.words.begin() + static_cast<std::ptrdiff_t>(end));
	if (appendStraight(sets.kind, base, out, ends)) return {};
	return appendAny(sets.kind, base, out, ends);
}

bool Canonicalizer::appendStraight(SetKind kind, const BaseSet& base, std::vector<uint32_t>& out,
                                   std::vector<uint32_t>& ends) {
	const uint8_t* marks = base.marks();
	const size_t count = words_.size();
	const bool full = kind == SetKind::Full;
	const uint32_t allowed = full ? kIdMask | kChoiceMask : kWordMask;
	addedPart_.resize(count);
	removedPart_.resize(std::max(count, base.words().size()));
	uint32_t* const added = addedPart_.data();
	uint32_t* const removed = removedPart_.data();
	size_t addedCount = 0;
	size_t removedCount = 0;
	uint32_t odd = 0;
	uint32_t previous = 0;
	kept_.assign(base.words().size() + 1, 0);
	for (size_t i = 0; i < count; ++i) {
		const uint32_t word = words_[i];
		const uint32_t id = word & kIdMask;
		const uint32_t mark = marks[id];
		const uint32_t isRemoved = (word & kRemoveBit) >> 20;
		const uint32_t isAllocated = (mark & BaseSet::kAllocated) >> 2;
		// Removed ids come after all added ones, as the builders of NodeSets write them; 0 is before any.
		const uint32_t order = (id | isRemoved << 16) + 1;
		const uint32_t hasAttribute = (word >> kAttributeShift & 3) != 0;
		const uint32_t hasChoice = (word & kChoiceMask) != 0;
		odd |= word & ~allowed;
		odd |= order <= previous;
		odd |= ~mark & BaseSet::kKnown;
		odd |= hasAttribute & (~mark >> 1);
		// Only the general road can tell whether an allocated node changes its choice.
		odd |= isAllocated & hasChoice;
		odd |= isAllocated & (isRemoved ^ 1) & !full;
		previous = order;
		added[addedCount] = word;
		addedCount += (isAllocated ^ 1) & (isRemoved ^ 1);
		removed[removedCount] = id;
		removedCount += isRemoved & isAllocated;
		kept_[base.places()[id]] = 1;
	}
	if (odd != 0) return false;
	if (full) {
		for (size_t place = 0; place < base.words().size(); ++place) {
			removed[removedCount] = base.words()[place] & kIdMask;
			removedCount += kept_[place] ^ 1;
		}
	}
	out.insert(out.end(), added, added + addedCount);
	ends.push_back(static_cast<uint32_t>(out.size()));
	out.insert(out.end(), removed, removed + removedCount);
	ends.push_back(static_cast<uint32_t>(out.size()));
	return true;
}

Canonicalizer::Row Canonicalizer::appendAny(SetKind kind, const BaseSet& base, std::vector<uint32_t>& out,
                                            std::vector<uint32_t>& ends) {
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
				if (base.wordOf(removed_[next]) != BaseSet::kAbsent) removedPart_.push_back(removed_[next]);
		};
		for (const uint32_t word : added_) {
			const uint32_t id = word & kIdMask;
			removeUpTo(id);
			const bool removed = next < removed_.size() && removed_[next] == id;
			if (removed) ++next;
			const uint32_t have = base.wordOf(id);
			const bool allocated = have != BaseSet::kAbsent;
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
