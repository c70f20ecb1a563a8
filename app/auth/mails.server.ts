import { config } from "../auth.config"
import { env } from "../env.server"
import { AddressTakenMail } from "../mail/address-taken"
import { listSentMails, type OutboxMail } from "../mail/outbox.server"
import { renderMail } from "../mail/render.server"
import type { Message } from "../mail/transport.server"
import { VerifyMail } from "../mail/verify"
import { signLink } from "./link.server"
import { findUser, type User } from "./user/user.server"

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * Says what a mail in the outbox says, at the moment it is sent: its link is made now, from `APP_URL`, and stored
 * nowhere. Null when there is nothing left to say: the account is gone, has another address, or is verified by now.
 */
export async function composeMail(mail: OutboxMail, now: Date): Promise<Message | null> {
	const user = mail.userId ? await findUser(mail.userId) : null
	if (!user || user.email !== mail.to) return null
	const isDue = user.active && (mail.kind !== "verify" || !mayComeIn(user))
	if (!mail.sentAt && !isDue) return null
	return renderMail(mail.kind === "verify" ? verifyMail(user, now) : addressTakenMail(user))
}

function verifyMail(user: User, now: Date) {
	const query = new URLSearchParams(signLink("verify", user, now))
	return VerifyMail({
		username: user.username,
		link: `${env.appUrl}/verify?${query}`,
		period: duration(config.verification.periodSeconds),
	})
}

/** In the largest unit of which there are at least two. */
function duration(seconds: number): string {
	if (seconds >= 2 * DAY) return `${Math.floor(seconds / DAY)} days`
	if (seconds >= 2 * HOUR) return `${Math.floor(seconds / HOUR)} hours`
	return `${Math.floor(seconds / MINUTE)} minutes`
}

function addressTakenMail(user: User) {
	const verified = mayComeIn(user)
	const link = `${env.appUrl}${verified ? "/login" : "/verify/resend"}`
	return AddressTakenMail({ username: user.username, verified, link })
}

function mayComeIn(user: User): boolean {
	return user.emailVerifiedAt !== null || !config.verification.enabled
}

/** The last mails, with links that work now, for development's inbox. */
export async function readInbox(count: number) {
	const mails = await listSentMails(count)
	const shown = mails.map(async (mail) => {
		const message = await composeMail(mail, mail.sentAt ?? mail.createdAt)
		if (!message) return []
		const { id, kind, to, createdAt, sentAt } = mail
		return [
			{
				id,
				kind,
				to,
				...message,
				created_at: createdAt.toISOString(),
				sent_at: sentAt?.toISOString() ?? null,
			},
		]
	})
	return (await Promise.all(shown)).flat()
}
