// Where there is no libFuzzer: runs the target on the corpus, then on mutations of it, for the seconds given.
// Arguments: seconds, seed, files. An input that ends it is written to `crash-input`.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

using Input = std::vector<uint8_t>;

namespace {

// Kept for the sanitizers' and abort()'s last words.
Input atWork;

void saveInput() {
	std::ofstream("crash-input", std::ios::binary)
	    .write(reinterpret_cast<const char*>(atWork.data()), static_cast<std::streamsize>(atWork.size()));
}

}  // namespace

extern "C" void __asan_on_error() {
	saveInput();
}

int main(int count, char** arguments) {
	if (count < 3) return 2;
	const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
	std::mt19937 random(static_cast<uint32_t>(std::atoi(arguments[2])));
	const auto below = [&](size_t limit) { return limit == 0 ? 0 : random() % limit; };
	std::vector<Input> corpus{{}};
	for (int i = 3; i < count; ++i) {
		std::ifstream file(arguments[i], std::ios::binary);
		corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
	}
	std::signal(SIGABRT, [](int) { saveInput(); });
	for (const Input& input : corpus) {
		atWork = input;
		LLVMFuzzerTestOneInput(atWork.data(), atWork.size());
	}
	size_t runs = corpus.size();
	while (std::chrono::steady_clock::now() < end) {
		for (int batch = 0; batch < 1000; ++batch, ++runs) {
			atWork = corpus[below(corpus.size())];
			for (size_t steps = 1 + below(8); steps > 0; --steps) {
				const size_t at = below(atWork.size() + 1);
				switch (below(5)) {
					case 0:
						atWork.insert(atWork.begin() + static_cast<std::ptrdiff_t>(at),
						              static_cast<uint8_t>(random()));
						break;
					case 1:
						if (at < atWork.size())
							atWork.erase(atWork.begin() + static_cast<std::ptrdiff_t>(at));
						break;
					case 2:
						if (at < atWork.size()) atWork[at] = static_cast<uint8_t>(random());
						break;
					case 3:
						if (at < atWork.size()) atWork[at] ^= static_cast<uint8_t>(1u << below(8));
						break;
					default: {
						const Input& other = corpus[below(corpus.size())];
						atWork.insert(atWork.end(), other.begin(),
						              other.begin() + static_cast<std::ptrdiff_t>(below(other.size())));
						if (atWork.size() > 4096) atWork.resize(4096);
					}
				}
			}
			LLVMFuzzerTestOneInput(atWork.data(), atWork.size());
			// Longer inputs reach further; without coverage to go by, a few are kept at random.
			if (below(5000) == 0 && corpus.size() < 2000) corpus.push_back(atWork);
		}
	}
	std::printf("%zu inputs, no finding\n", runs);
	return 0;
}
