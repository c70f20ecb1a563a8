/** Preloaded by `--import`: the process ends when the one that started it has ended, in whatever way that was. */
const parent = process.ppid

setInterval(() => {
	if (process.ppid !== parent) process.kill(process.pid, "SIGKILL")
}, 250).unref()
