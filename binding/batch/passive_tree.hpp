// The passive tree as immutable flat arrays, shared by all states: nodes sorted by id, edges in compressed
// sparse rows, and an array that maps a node id (16 bits) to its dense index.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace pobatch {

constexpr uint32_t kNodeIdCount = 65536;

// What a node allows. The bits are the same as those of NodeFlag in src/tree/passive-tree.ts.
enum NodeFlag : uint8_t {
	kAllocatable = 1,  // a player can spend a point on it
	kAttribute = 2,    // "+5 to any Attribute": takes an attribute choice
	kRoot = 4,         // the start of a class or ascendancy: paths begin there and never lead through it
};

class TreeError : public std::runtime_error {
	using std::runtime_error::runtime_error;
};

// Paths from a set of nodes, one per target, flat. The nodes of target i are nodes[offsets[i] .. offsets[i +
// 1]), in order along the path, with the target last.
struct Paths {
	std::vector<uint32_t> targets;
	std::vector<uint32_t> offsets;
	std::vector<uint32_t> nodes;
};

class PassiveTree {
public:
	static constexpr uint32_t kNone = 0xffffffff;

	// `ids` ascending and unique; `edges` pairs of ids; `flags` one per id. Throws TreeError.
	PassiveTree(std::span<const uint32_t> ids, std::span<const uint32_t> edges,
	            std::span<const uint8_t> flags);

	size_t size() const { return ids_.size(); }
	bool has(uint32_t id) const { return id < kNodeIdCount && index_[id] != kNone; }
	bool isAttribute(uint32_t id) const { return has(id) && (flags_[index_[id]] & kAttribute) != 0; }

	// Ids of the nodes connected to `id`, ascending.
	std::vector<uint32_t> neighbours(uint32_t id) const;
	// The following searches start from the nodes of `set`, which need not be connected, and enter no node of
	// `blocked`.

	// Nodes that can be added to the set with one point, ascending.
	std::vector<uint32_t> frontier(std::span<const uint32_t> set, std::span<const uint32_t> blocked) const;
	// Nodes of the set that no path within the set connects to one of `roots`, ascending.
	std::vector<uint32_t> unreachable(std::span<const uint32_t> set, std::span<const uint32_t> roots) const;
	// The shortest path to every allocatable node within `points` points of the set. Of equally short paths
	// it is the one with the smallest ids, compared from the target backwards, so the result is the same on
	// every machine.
	Paths pathsWithin(std::span<const uint32_t> set, std::span<const uint32_t> blocked,
	                  uint32_t points) const;
	// The shortest path to a node, without the nodes of the set; empty if there is none or the node is in the
	// set.
	std::vector<uint32_t> shortestPath(std::span<const uint32_t> set, std::span<const uint32_t> blocked,
	                                   uint32_t target) const;

private:
	struct Search {
		std::vector<uint32_t> parent;    // dense index; kNone for sources and unreached nodes
		std::vector<uint32_t> distance;  // points spent; kNone if unreached
		std::vector<uint32_t> order;     // reached nodes without the sources, by distance, then id
	};
	Search search(std::span<const uint32_t> set, std::span<const uint32_t> blocked, uint32_t points) const;
	void appendPath(const Search& found, uint32_t target, std::vector<uint32_t>& out) const;
	uint32_t denseIndex(uint32_t id) const;
	std::span<const uint32_t> edgesOf(uint32_t index) const;

	std::vector<uint32_t> ids_;
	std::vector<uint32_t> index_;    // by id
	std::vector<uint32_t> offsets_;  // size() + 1
	std::vector<uint32_t> targets_;  // dense indices, ascending within a node
	std::vector<uint8_t> flags_;
};

}  // namespace pobatch
