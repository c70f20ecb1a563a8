import { backends } from "../../auth.events.server"
import { StartError } from "../../start-error"
import type { Caller } from "../caller"
import type { SignedIn } from "../session/session.server"
import type { Backend, Shown } from "./backend"

export function findBackend(name: string): Backend | null {
	return backends.find((backend) => backend.name === name) ?? null
}

/** The one that pages sign in by. */
export function pageBackend(): Backend {
	return findBackend("cookie") as Backend
}

/** Who sends a request, by the first back end that knows. */
export async function authenticate(shown: Shown, caller: Caller): Promise<SignedIn | null> {
	for (const backend of backends) {
		const signedIn = await backend.authenticate(shown, caller)
		if (signedIn) return signedIn
	}
	return null
}

/** Ends all that a request shows. */
export async function signOut(shown: Shown): Promise<void> {
	for (const backend of backends) await backend.signOut(shown)
}

/** @throws {StartError} */
export function checkBackends(list: Pick<Backend, "name">[] = backends): void {
	const names = list.map(({ name }) => name)
	const refuse = (reason: string) => {
		throw new StartError(`app/auth.events.server.ts: backends ${reason}`)
	}
	for (const [index, name] of names.entries()) {
		if (!/^[a-z][a-z0-9-]*$/.test(name))
			refuse("have names of small letters, digits and dashes, beginning with a letter")
		if (names.indexOf(name) !== index) refuse(`has two that are called ${name}`)
	}
	if (!names.includes("cookie")) refuse("lacks cookie(), by which the pages sign in")
}
