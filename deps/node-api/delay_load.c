// Where the functions of Node-API are: in the running program, be it node.exe, electron.exe or a renamed one.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <delayimp.h>
#include <string.h>

static FARPROC WINAPI answer(unsigned event, DelayLoadInfo* info)
{
	if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return NULL;
	return (FARPROC)(void*)GetModuleHandleW(NULL);
}

PfnDliHook __pfnDliNotifyHook2 = answer;
