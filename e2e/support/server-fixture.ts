import { afterAll, beforeAll } from "vitest"
import { type Mailbox, startMailbox } from "./mailbox"
import { POLLS_OFTEN, type Settings, startServer, type TestServer } from "./server"

/** For tests that are about confirming addresses, in a fork that does without it. */
export const withVerification = {
	registration: { signIn: false },
	verification: { enabled: true },
} satisfies Settings

/** A server with a mail server of its own, for all tests of one file. */
export function serverFixture(
	env: Record<string, string> = {},
	nodeOptions: string[] = [],
	settings?: Settings,
): { server: TestServer; mailbox: Mailbox } {
	const mailbox = mailboxFixture()
	let server: TestServer | undefined
	beforeAll(async () => {
		server = await startServer({
			env: { SMTP_URL: mailbox.url, ...env },
			nodeOptions,
			settings: { ...settings, mail: { ...POLLS_OFTEN, ...settings?.mail } },
		})
	})
	afterAll(() => server?.stop().then(() => undefined))
	return { server: later(() => server), mailbox }
}

/** A mail server, for the servers that the tests of one file start themselves. */
export function mailboxFixture(): Mailbox {
	let mailbox: Mailbox | undefined
	beforeAll(async () => {
		mailbox = await startMailbox()
	})
	afterAll(() => mailbox?.close())
	return later(() => mailbox)
}

/** Stands for an object that is made before the first test, so that a file can name it at its top. */
function later<T extends object>(find: () => T | undefined): T {
	const found = () => {
		const object = find()
		if (!object) throw new Error("The server is there once the first test begins, not before.")
		return object
	}
	return new Proxy({} as T, {
		get: (_target, name) => Reflect.get(found(), name),
		set: (_target, name, value) => Reflect.set(found(), name, value),
	})
}

/** Until what is done once an answer is out is done, such as looking whether a mail is due. */
export function afterAnswers(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 1_000))
}
