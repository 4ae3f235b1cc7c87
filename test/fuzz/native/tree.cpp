// Fuzz target: the passive tree's parser and its searches. A path is checked step by step against the tree's
// own edges.
#include <algorithm>
#include <span>

#include "input.hpp"

using namespace pobatch;

namespace {

bool contains(std::span<const uint32_t> ids, uint32_t id) {
	return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void checkPath(const PassiveTree& tree, std::span<const uint32_t> path, std::span<const uint32_t> set,
               std::span<const uint32_t> blocked) {
	for (size_t i = 0; i < path.size(); ++i) {
		require(!contains(set, path[i]) && !contains(blocked, path[i]), "a path is outside of the set");
		const auto joined = tree.neighbours(path[i]);
		const bool follows =
		    i > 0 ? contains(joined, path[i - 1])
		          : std::any_of(set.begin(), set.end(), [&](uint32_t id) { return contains(joined, id); });
		require(follows, "each node of a path is joined to the one before");
	}
}

void checkPaths(const PassiveTree& tree, std::span<const uint32_t> set, std::span<const uint32_t> blocked,
                uint32_t points) {
	const Paths paths = tree.pathsWithin(set, blocked, points);
	require(paths.offsets.size() == paths.targets.size() + 1, "one path per target");
	require(paths.offsets.back() == paths.nodes.size(), "paths end where their nodes end");
	for (size_t i = 0; i < paths.targets.size(); ++i) {
		const auto path =
		    std::span(paths.nodes).subspan(paths.offsets[i], paths.offsets[i + 1] - paths.offsets[i]);
		require(!path.empty() && path.size() <= points, "a path takes 1 to `points` points");
		require(path.back() == paths.targets[i], "a path ends at its target");
		checkPath(tree, path, set, blocked);
		const auto alone = tree.shortestPath(set, blocked, paths.targets[i]);
		require(std::equal(alone.begin(), alone.end(), path.begin(), path.end()),
		        "the path to one node is the path to it among all");
	}
	const auto frontier = tree.frontier(set, blocked);
	require(std::is_sorted(frontier.begin(), frontier.end()), "the frontier ascends");
	require(points == 0 || frontier.size() <= paths.targets.size(), "the frontier is within reach");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
	Input in{data, size};
	const auto tree = readTree(in);
	if (!tree) return 0;
	const auto set = in.numbers(in.number(1) % 16, 1);
	const auto blocked = in.numbers(in.number(1) % 16, 1);
	const auto target = static_cast<uint32_t>(in.number(2));
	try {
		const auto lost = tree->unreachable(set, blocked);
		for (const uint32_t id : lost)
			require(contains(set, id) && !contains(blocked, id), "what is unreachable is of the set");
		checkPaths(*tree, set, blocked, target % 8);
		checkPath(*tree, tree->shortestPath(set, blocked, target), set, blocked);
		tree->neighbours(target);
	} catch (const TreeError&) {
	}
	return 0;
}
