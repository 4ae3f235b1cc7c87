# Linux with musl, for either processor: Zig's Clang, which has musl and a C++ library for it (Debian's is made for glibc). The
# folder POBATCH_ZIG_TOOLS has its tools as programs of their own (scripts/cross/zig.mjs); POBATCH_GCC compiles what has to have
# GCC's bits (deps/libm).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ENV{POBATCH_ZIG_ARCH})
set(ZIG $ENV{POBATCH_ZIG_TOOLS})
set(CMAKE_C_COMPILER ${ZIG}/cc)
set(CMAKE_CXX_COMPILER ${ZIG}/c++)
set(CMAKE_AR ${ZIG}/ar)
set(CMAKE_RANLIB ${ZIG}/ranlib)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
set(POBATCH_GCC $ENV{POBATCH_ZIG_GCC})
set(POBATCH_LUAJIT_MAKE HOST_CC=cc CROSS= CC=${ZIG}/cc TARGET_SYS=Linux "TARGET_AR=${ZIG}/ar rcus" TARGET_STRIP=:)
