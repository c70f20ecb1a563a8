import { config } from "../auth.config"
import { env } from "../env.server"
import { AddressTakenMail } from "../mail/address-taken"
import { duration } from "../mail/duration"
import { EmailChangeMail } from "../mail/email-change"
import { EmailChangeNoticeMail } from "../mail/email-change-notice"
import { listSentMails, type MailKind, type OutboxMail } from "../mail/outbox.server"
import { PasswordChangedMail } from "../mail/password-changed"
import type { MailElement } from "../mail/render.server"
import { ResetMail } from "../mail/reset"
import type { Message } from "../mail/transport.server"
import { VerifyMail } from "../mail/verify"
import { isLinkOpen, type LinkPurpose, linkPeriodSeconds, linkUrl } from "./link.server"
import { findUser, findUserByEmail, needsVerification, type User } from "./user/user.server"

type MailDefinition = {
	/**
	 * To which address it goes: without this, the account's own; null for the one it was put in with, whatever changed.
	 */
	addressOf?: ((user: User) => string | null) | null
	/** Whether there is still something to say, of an account whose address is the mail's. */
	isDue: (user: User) => boolean
	/** Whether that goes for a deactivated account, too; without this, it does not. */
	isDueWhenInactive?: boolean
	/** Null where there is nobody to say it to. */
	element: (user: User, now: Date, mail: OutboxMail) => Promise<MailElement | null>
}

/** What is mailed when. */
const mails = {
	/** After registering, and when a new link is asked for. The address's owner is looked up only now. */
	verify: {
		isDue: needsVerification,
		async element(user, now, { createdAt, redirectTo }) {
			const owner = await findUserByEmail(user.emailKey)
			if (!owner || owner.id === user.id)
				return VerifyMail({ ...linkOf("verify", user, now, redirectTo), askedAt: createdAt })
			return owner.active ? addressTakenMail(owner) : null
		},
	},
	/** After a new password was asked for. An address that is another's by now gets no link to this account. */
	reset: {
		isDue: (user) => config.passwordReset.enabled && isLinkOpen("reset", user),
		async element(user, now) {
			const owner = await findUserByEmail(user.emailKey)
			if (owner && owner.id !== user.id) return null
			return ResetMail({ username: nameOf(user), ...linkOf("reset", user, now) })
		},
	},
	/** After the password was changed, by link or while signed in. */
	password_changed: {
		isDue: () => true,
		element: async (user) => PasswordChangedMail({ username: nameOf(user), resetLink: forgotPasswordLink() }),
	},
	/** To the address that is to take the place of the account's own; to its owner, if it has one. */
	email_change: {
		addressOf: ({ pendingEmail }) => pendingEmail,
		isDue: (user) => isLinkOpen("email_change", user),
		async element(user, now) {
			const owner = user.pendingEmailKey && (await findUserByEmail(user.pendingEmailKey))
			if (!owner || owner.id === user.id) return EmailChangeMail(linkOf("email_change", user, now))
			return owner.active ? addressTakenMail(owner) : null
		},
	},
	/** To the account's own address, before it changes … */
	email_change_requested: {
		addressOf: null,
		isDue: () => true,
		element: async (user) =>
			EmailChangeNoticeMail({ username: nameOf(user), isDone: false, resetLink: forgotPasswordLink() }),
	},
	/** … and to the old one, afterwards: without a name, which whoever did it may have changed by then. */
	email_changed: {
		addressOf: null,
		isDue: () => true,
		isDueWhenInactive: true,
		element: async () => EmailChangeNoticeMail({ username: null, isDone: true, resetLink: null }),
	},
} satisfies Record<MailKind, MailDefinition>

/**
 * Says what a mail in the outbox says, at the moment it is sent: its link is made now, from `APP_URL`, and stored
 * nowhere. Null when there is nothing left to say: the account is gone, has another address, or is verified by now.
 */
export async function composeMail(mail: OutboxMail, now: Date): Promise<Message | null> {
	const definition: MailDefinition = mails[mail.kind as MailKind]
	const { addressOf = ownAddress, isDue, isDueWhenInactive = false, element } = definition
	const isForNobody = mail.userId === null
	const user = await findUser(mail.userId ?? nobody.id)
	if (!isForNobody) {
		if (!user || (addressOf && addressOf(user) !== mail.to)) return null
		if (!mail.sentAt && !((user.active || isDueWhenInactive) && isDue(user))) return null
	}
	const found = await element(user ?? nobody, now, mail)
	if (!found) return null
	const { renderMail } = await loadRendering()
	return renderMail(found)
}

/** What makes texts of mails, which no page needs: the server loads it once it listens. */
export function loadRendering() {
	return import("../mail/render.server")
}

/** Whom a mail that is only pretended is composed for. */
const nobody = {
	id: "nobody",
	username: "nobody",
	email: "",
	emailKey: "",
	emailVerifiedAt: null,
	resetRequestedAt: null,
	pendingEmailKey: null,
	pendingEmailAt: null,
	epoch: 0,
} as User

function ownAddress({ email }: User): string {
	return email
}

/** The last mails, with links that work now, for development's inbox. */
export async function readInbox(count: number) {
	const sent = await listSentMails(count)
	const shown = sent.map(async (mail) => {
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

function addressTakenMail(owner: User) {
	const needsLink = needsVerification(owner)
	const link = `${env.appUrl}${needsLink ? "/verify/resend" : "/login"}`
	return AddressTakenMail({
		username: nameOf(owner),
		verified: !needsLink,
		link,
		resetLink: forgotPasswordLink(),
	})
}

/** A name that a stranger chose is not mailed to an address that is not proven. */
function nameOf({ username, emailVerifiedAt }: User): string | null {
	return emailVerifiedAt === null ? null : username
}

function linkOf(purpose: LinkPurpose, user: User, now: Date, redirectTo: string | null = null) {
	return { link: linkUrl(purpose, user, now, redirectTo), period: duration(linkPeriodSeconds(purpose)) }
}

function forgotPasswordLink(): string | null {
	return config.passwordReset.enabled ? `${env.appUrl}/forgot-password` : null
}
