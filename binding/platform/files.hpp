// What the C++ library does differently from system to system: names of files are UTF-8 here, with `/`
// between folders.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pobatch {

// The names of what is in a folder, in no order. Nothing if it cannot be read.
std::optional<std::vector<std::string>> namesInFolder(const char* folder);

// The absolute path without links. Nothing if there is no such file.
std::optional<std::string> realPath(const char* path);

}  // namespace pobatch
