import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Each part is a process of its own, so that what drives the load and what is measured share only the machine. */
export function part(name, ...parameters) {
	const child = fork(here("load.mjs"), [name, ...parameters])
	const result = new Promise((resolve, reject) => {
		child.once("message", resolve)
		child.once("exit", (code) =>
			code ? reject(new Error(`${name} ended with ${code}`)) : resolve(undefined),
		)
	})
	return Object.assign(result, { stop: () => child.kill() })
}

/** A server of `bench/` that tells its port. */
export async function startPeer(file, ...parameters) {
	const env = { ...process.env, NODE_ENV: "production" }
	const child = fork(here(file), parameters, { env, stdio: ["ignore", "ignore", "inherit", "ipc"] })
	const { port } = await new Promise((resolve, reject) => {
		child.once("message", resolve)
		child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)))
	})
	return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

export function here(file) {
	return fileURLToPath(new URL(file, import.meta.url))
}
