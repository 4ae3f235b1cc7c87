#include "batch/passive_tree.hpp"

#include <algorithm>

namespace pobatch {

PassiveTree::PassiveTree(std::span<const uint32_t> ids, std::span<const uint32_t> edges,
                         std::span<const uint8_t> flags)
    : ids_(ids.begin(), ids.end()), index_(kNodeIdCount, kNone), flags_(flags.begin(), flags.end()) {
	if (flags.size() != ids.size()) throw TreeError("a tree needs one flag byte per node");
	if (edges.size() % 2 != 0) throw TreeError("edges come in pairs of node ids");
	for (uint32_t i = 0; i < ids_.size(); ++i) {
		if (ids_[i] >= kNodeIdCount) throw TreeError("node id " + std::to_string(ids_[i]) + " exceeds 65535");
		if (i > 0 && ids_[i] <= ids_[i - 1])
			throw TreeError("node ids must be ascending and unique, found " + std::to_string(ids_[i]) +
			                " after " + std::to_string(ids_[i - 1]));
		index_[ids_[i]] = i;
	}
	std::vector<std::pair<uint32_t, uint32_t>> directed;
	directed.reserve(edges.size());
	for (size_t i = 0; i < edges.size(); i += 2) {
		const uint32_t a = denseIndex(edges[i]);
		const uint32_t b = denseIndex(edges[i + 1]);
		if (a == b) continue;
		directed.emplace_back(a, b);
		directed.emplace_back(b, a);
	}
	std::sort(directed.begin(), directed.end());
	directed.erase(std::unique(directed.begin(), directed.end()), directed.end());
	offsets_.assign(ids_.size() + 1, 0);
	targets_.reserve(directed.size());
	for (const auto& [from, to] : directed) {
		++offsets_[from + 1];
		targets_.push_back(to);
	}
	for (size_t i = 0; i < ids_.size(); ++i) offsets_[i + 1] += offsets_[i];
}

uint32_t PassiveTree::denseIndex(uint32_t id) const {
	if (!has(id)) throw TreeError("node " + std::to_string(id) + " is not in the tree");
	return index_[id];
}

std::span<const uint32_t> PassiveTree::edgesOf(uint32_t index) const {
	return std::span(targets_).subspan(offsets_[index], offsets_[index + 1] - offsets_[index]);
}

std::vector<uint32_t> PassiveTree::neighbours(uint32_t id) const {
	std::vector<uint32_t> found;
	for (const uint32_t index : edgesOf(denseIndex(id))) found.push_back(ids_[index]);
	return found;
}

PassiveTree::Search PassiveTree::search(std::span<const uint32_t> set, std::span<const uint32_t> blocked,
                                        uint32_t points) const {
	Search found{std::vector(size(), kNone), std::vector(size(), kNone), {}};
	std::vector<bool> closed(size());
	for (size_t i = 0; i < size(); ++i) closed[i] = !(flags_[i] & kAllocatable) || (flags_[i] & kRoot);
	for (const uint32_t id : blocked) closed[denseIndex(id)] = true;
	std::vector<uint32_t> level;
	for (const uint32_t id : set) {
		const uint32_t index = denseIndex(id);
		if (found.distance[index] == 0) continue;
		found.distance[index] = 0;
		level.push_back(index);
	}
	std::sort(level.begin(), level.end());
	for (uint32_t distance = 1; distance <= points && !level.empty(); ++distance) {
		std::vector<uint32_t> next;
		// `level` is ascending, so the first parent to reach a node is the smallest one.
		for (const uint32_t from : level) {
			for (const uint32_t to : edgesOf(from)) {
				if (found.distance[to] != kNone || closed[to]) continue;
				found.distance[to] = distance;
				found.parent[to] = from;
				next.push_back(to);
			}
		}
		std::sort(next.begin(), next.end());
		found.order.insert(found.order.end(), next.begin(), next.end());
		level = std::move(next);
	}
	return found;
}

void PassiveTree::appendPath(const Search& found, uint32_t target, std::vector<uint32_t>& out) const {
	const size_t start = out.size();
	for (uint32_t at = target; found.distance[at] != 0; at = found.parent[at]) out.push_back(ids_[at]);
	std::reverse(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
}

std::vector<uint32_t> PassiveTree::frontier(std::span<const uint32_t> set,
                                            std::span<const uint32_t> blocked) const {
	std::vector<uint32_t> ids;
	for (const uint32_t index : search(set, blocked, 1).order) ids.push_back(ids_[index]);
	return ids;
}

Paths PassiveTree::pathsWithin(std::span<const uint32_t> set, std::span<const uint32_t> blocked,
                               uint32_t points) const {
	const Search found = search(set, blocked, points);
	Paths paths;
	paths.offsets.push_back(0);
	for (const uint32_t index : found.order) {
		paths.targets.push_back(ids_[index]);
		appendPath(found, index, paths.nodes);
		paths.offsets.push_back(static_cast<uint32_t>(paths.nodes.size()));
	}
	return paths;
}

std::vector<uint32_t> PassiveTree::shortestPath(std::span<const uint32_t> set,
                                                std::span<const uint32_t> blocked, uint32_t target) const {
	const uint32_t index = denseIndex(target);
	const Search found = search(set, blocked, static_cast<uint32_t>(size()));
	std::vector<uint32_t> path;
	if (found.distance[index] != kNone) appendPath(found, index, path);
	return path;
}

std::vector<uint32_t> PassiveTree::unreachable(std::span<const uint32_t> set,
                                               std::span<const uint32_t> roots) const {
	enum : uint8_t { kOutside, kInSet, kReached };
	std::vector<uint8_t> mark(size(), kOutside);
	for (const uint32_t id : set) mark[denseIndex(id)] = kInSet;
	std::vector<uint32_t> stack;
	for (const uint32_t id : roots) {
		mark[denseIndex(id)] = kReached;
		stack.push_back(index_[id]);
	}
	while (!stack.empty()) {
		const uint32_t from = stack.back();
		stack.pop_back();
		for (const uint32_t to : edgesOf(from)) {
			if (mark[to] != kInSet) continue;
			mark[to] = kReached;
			stack.push_back(to);
		}
	}
	std::vector<uint32_t> lost;
	for (uint32_t i = 0; i < size(); ++i)
		if (mark[i] == kInSet) lost.push_back(ids_[i]);
	return lost;
}

}  // namespace pobatch
