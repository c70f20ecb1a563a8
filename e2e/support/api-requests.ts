import { type Account, newAccount, newSuperuser } from "./accounts"
import {
	clientOf,
	longEnough,
	newSession,
	type Person,
	register,
	registrationCookieOf,
	registrationOf,
	somebody,
} from "./client"
import { forgeLink } from "./forge"
import type { Mailbox } from "./mailbox"
import { userRow } from "./rows"
import type { TestServer } from "./server"

/** One request that the server does as asked. */
export type GoodRequest = {
	headers?: Record<string, string>
	parameters?: Record<string, string>
	query?: Record<string, string>
	body?: Record<string, string>
}

type World = { server: TestServer; mailbox: Mailbox; member: Account; superuser: Account }

const NEW = longEnough("staple lantern orbit")

export async function newWorld(server: TestServer, mailbox: Mailbox): Promise<World> {
	return {
		server,
		mailbox,
		member: await newAccount(server, mailbox),
		superuser: await newSuperuser(server, mailbox),
	}
}

/** For each operation of the document, what it needs to succeed; each time anew, as many of them work once. */
const goodRequests: Record<string, (world: World) => GoodRequest | Promise<GoodRequest>> = {
	getRegisterForm: () => ({}),
	register: () => ({ body: registrationOf(somebody()) }),
	getVerification: async (world) => ({ query: (await unverified(world)).link }),
	verify: async (world) => {
		const { link, cookie } = await unverified(world)
		return { body: link, headers: { Cookie: cookie } }
	},
	getMailSent: () => ({}),
	getResendForm: () => ({}),
	checkRegistration: () => ({ body: { username: somebody().username, password: somebody().password } }),
	resendVerification: () => ({ body: { email: somebody().email } }),
	getLoginForm: () => ({}),
	signIn: ({ member }) => ({ body: credentialsOf(member.person) }),
	getLogoutForm: () => ({}),
	signOut: async ({ server, member }) => ({ headers: { Cookie: await newSession(server, member.person) } }),
	getForgotPasswordForm: () => ({}),
	requestPasswordReset: () => ({ body: { email: somebody().email } }),
	getPasswordReset: async (world) => ({
		query: await resetLink(world, await newAccount(world.server, world.mailbox)),
	}),
	resetPassword: async (world) => {
		const link = await resetLink(world, await newAccount(world.server, world.mailbox))
		return { body: { ...link, password: NEW, confirm_password: NEW } }
	},
	getAccount: asMember,
	updateAccount: newName,
	updateAccountByForm: newName,
	getPasswordForm: asMember,
	changePassword: async ({ server, mailbox }) => {
		const { person, cookie } = await newAccount(server, mailbox)
		const body = { current_password: person.password, password: NEW, confirm_password: NEW }
		return { headers: { Cookie: cookie }, body }
	},
	findPasswordForm: () => ({}),
	getEmailForm: asMember,
	requestEmailChange: async ({ server, mailbox }) => {
		const { person, cookie } = await newAccount(server, mailbox)
		return {
			headers: { Cookie: cookie },
			body: { email: somebody().email, current_password: person.password },
		}
	},
	cancelEmailChange: async ({ server, mailbox }) => {
		const { cookie } = await newAccount(server, mailbox)
		return { headers: { Cookie: cookie }, body: {} }
	},
	getEmailChange: async (world) => ({ query: await emailLink(world) }),
	confirmEmailChange: async (world) => ({ body: await emailLink(world) }),
	listUsers: (world) => ({ ...asSuperuser(world), query: { q: "a", page: "1", page_size: "2" } }),
	getUser: aboutMember,
	updateUser: async (world) => ({ ...(await aboutSomebody(world)), body: { active: "true" } }),
	updateUserByForm: async (world) => ({ ...(await aboutSomebody(world)), body: { active: "true" } }),
	deleteUser: aboutSomebody,
	getHome: () => ({}),
	getHealth: () => ({}),
	getReadiness: () => ({}),
	getDescription: () => ({}),
	getDocs: () => ({}),
	listMails: () => ({}),
}

/** @throws for an operation that nobody has written a request for */
export async function goodRequest(id: string, world: World): Promise<GoodRequest> {
	const make = goodRequests[/^signInBy/.test(id) ? "signIn" : id]
	if (!make) throw new Error(`e2e/support/api-requests.ts has no request for ${id}`)
	return make(world)
}

function asMember({ member }: World): GoodRequest {
	return { headers: { Cookie: member.cookie } }
}

function asSuperuser({ superuser }: World): GoodRequest {
	return { headers: { Cookie: superuser.cookie } }
}

function aboutMember(world: World): GoodRequest {
	return { ...asSuperuser(world), parameters: { id: world.member.id } }
}

async function aboutSomebody(world: World): Promise<GoodRequest> {
	const { id } = await newAccount(world.server, world.mailbox)
	return { ...asSuperuser(world), parameters: { id } }
}

async function newName({ server, mailbox }: World): Promise<GoodRequest> {
	const { cookie } = await newAccount(server, mailbox)
	return { headers: { Cookie: cookie }, body: { username: somebody().username } }
}

function credentialsOf({ username, password }: Person) {
	return { username, password }
}

async function unverified({ server }: World) {
	const person = somebody()
	const cookie = registrationCookieOf(await register(server, person))
	return { link: forgeLink(server.secret, userRow(server, person.username)), cookie }
}

async function resetLink({ server }: World, { person }: Account) {
	await clientOf(server).postJson("/forgot-password", { email: person.email })
	const requested = () => userRow(server, person.username).resetRequestedAt
	while (requested() === null) await new Promise((resolve) => setTimeout(resolve, 20))
	return forgeLink(server.secret, userRow(server, person.username), { purpose: "reset" })
}

async function emailLink({ server, mailbox }: World) {
	const { person, cookie } = await newAccount(server, mailbox)
	const body = { email: somebody().email, current_password: person.password }
	await clientOf(server).postJson("/account/email", body, { Cookie: cookie })
	return forgeLink(server.secret, userRow(server, person.username), { purpose: "email_change" })
}
