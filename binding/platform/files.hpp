// File functions that the C++ library implements differently between systems. File names are UTF-8 here, with
// `/` between folders.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pobatch {

// The names in a folder, unsorted. Nothing if it cannot be read.
std::optional<std::vector<std::string>> namesInFolder(const char* folder);

// The absolute path with all links resolved. Nothing if there is no such file.
std::optional<std::string> realPath(const char* path);

}  // namespace pobatch
