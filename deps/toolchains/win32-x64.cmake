# Windows x64 from Linux: MinGW-w64 (Debian's g++-mingw-w64-x86-64-posix). Its exceptions are Windows' own (SEH), which is what
# LuaJIT raises and catches there.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
set(POBATCH_LUAJIT_MAKE HOST_CC=cc CROSS=x86_64-w64-mingw32- TARGET_SYS=Windows)
