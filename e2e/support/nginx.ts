import { connect } from "node:net"
import { findProgram } from "./program"

/** @returns null where there is none, and none may be installed */
export function findNginx(): string | null {
	if (process.env.TEST_BALANCER === "own") return null
	try {
		return findProgram("nginx")
	} catch {
		return null
	}
}

export function isListening(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy()
			resolve(true)
		})
		socket.on("error", () => resolve(false))
	})
}
