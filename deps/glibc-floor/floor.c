// Functions that newer versions of glibc export anew, under the versions that glibc 2.28 has, too. The linker's --wrap
// sends every call of `name` here, those of libstdc++ and LuaJIT included (see CMakeLists.txt).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The oldest version that glibc has on the architecture.
#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#endif

#define OLD(name) __asm__(".symver old_" #name "," #name "@" OLDEST)

// glibc 2.34 moved libpthread and libdl into libc, under a new version.

int old_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument);
int old_pthread_join(pthread_t thread, void** result);
int old_pthread_kill(pthread_t thread, int signal);
int old_pthread_sigmask(int how, const sigset_t* set, sigset_t* before);
void* old_dlopen(const char* file, int flags);
void* old_dlsym(void* library, const char* name);
int old_dlclose(void* library);
char* old_dlerror(void);
OLD(pthread_create);
OLD(pthread_join);
OLD(pthread_kill);
OLD(pthread_sigmask);
OLD(dlopen);
OLD(dlsym);
OLD(dlclose);
OLD(dlerror);

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument)
{
	return old_pthread_create(thread, attributes, body, argument);
}

int __wrap_pthread_join(pthread_t thread, void** result)
{
	return old_pthread_join(thread, result);
}

int __wrap_pthread_kill(pthread_t thread, int signal)
{
	return old_pthread_kill(thread, signal);
}

int __wrap_pthread_sigmask(int how, const sigset_t* set, sigset_t* before)
{
	return old_pthread_sigmask(how, set, before);
}

void* __wrap_dlopen(const char* file, int flags)
{
	return old_dlopen(file, flags);
}

void* __wrap_dlsym(void* library, const char* name)
{
	return old_dlsym(library, name);
}

int __wrap_dlclose(void* library)
{
	return old_dlclose(library);
}

char* __wrap_dlerror(void)
{
	return old_dlerror();
}

// glibc 2.33: before, these were macros over functions that newer glibcs no longer link. The kernel fills the same
// `struct stat` on both architectures.

int __wrap_stat(const char* path, struct stat* result)
{
	return (int)syscall(SYS_newfstatat, AT_FDCWD, path, result, 0);
}

int __wrap_lstat(const char* path, struct stat* result)
{
	return (int)syscall(SYS_newfstatat, AT_FDCWD, path, result, AT_SYMLINK_NOFOLLOW);
}

// glibc 2.32: libstdc++ counts references without atomics while this is not 0. 0 is right at any time.
char __libc_single_threaded = 0;

// glibc 2.29 has new exp, log, log2 and pow, glibc 2.38 a new fmod, and both keep the old ones. Their bits are what a
// calculator's numbers are made of, so it has to be the ones that any other program on this machine gets: those that
// dlsym finds.

static double (*found_exp)(double);
static double (*found_log)(double);
static double (*found_log2)(double);
static double (*found_pow)(double, double);
static double (*found_fmod)(double, double);
static int (*found_clockwait)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);

__attribute__((constructor)) static void find(void)
{
	*(void**)&found_exp = old_dlsym(RTLD_DEFAULT, "exp");
	*(void**)&found_log = old_dlsym(RTLD_DEFAULT, "log");
	*(void**)&found_log2 = old_dlsym(RTLD_DEFAULT, "log2");
	*(void**)&found_pow = old_dlsym(RTLD_DEFAULT, "pow");
	*(void**)&found_fmod = old_dlsym(RTLD_DEFAULT, "fmod");
	*(void**)&found_clockwait = old_dlsym(RTLD_DEFAULT, "pthread_cond_clockwait");
}

double __wrap_exp(double x)
{
	return found_exp(x);
}

double __wrap_log(double x)
{
	return found_log(x);
}

double __wrap_log2(double x)
{
	return found_log2(x);
}

double __wrap_pow(double x, double y)
{
	return found_pow(x, y);
}

double __wrap_fmod(double x, double y)
{
	return found_fmod(x, y);
}

// glibc 2.30. Before, a condition variable could wait only for the wall clock, which may be set meanwhile: waits are
// cut to 100 ms, and returning early is what condition variables may do at any time.
int __wrap_pthread_cond_clockwait(
	pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* until)
{
	if (found_clockwait) return found_clockwait(condition, mutex, clock, until);
	const long long second = 1000000000, longest = second / 10;
	struct timespec now, wall;
	clock_gettime(clock, &now);
	clock_gettime(CLOCK_REALTIME, &wall);
	long long left = (until->tv_sec - now.tv_sec) * second + until->tv_nsec - now.tv_nsec;
	if (left <= 0) return ETIMEDOUT;
	const int isCut = left > longest;
	const long long end = wall.tv_sec * second + wall.tv_nsec + (isCut ? longest : left);
	wall.tv_sec = end / second;
	wall.tv_nsec = end % second;
	const int status = pthread_cond_timedwait(condition, mutex, &wall);
	return isCut && status == ETIMEDOUT ? 0 : status;
}
