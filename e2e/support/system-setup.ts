import { findNginx } from "./nginx"
import { findProgram } from "./program"

/** What the system tests need of a machine is there before the first of them begins: installing takes a while. */
export default function setup(): void {
	findProgram("redis-server")
	findNginx()
}
