import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

/** To the old address. The new one isn't told: whoever reads this mailbox may be the reason for the change. */
export function EmailChangeNoticeMail(props: {
	username: string | null
	isDone: boolean
	resetLink: string | null
}) {
	const { username, isDone, resetLink } = props
	const subject = isDone
		? `Your e-mail address for ${appName} was changed`
		: `Your e-mail address for ${appName} is about to change`
	return (
		<Mail
			subject={subject}
			title={isDone ? "Your address was changed" : "Your address is about to change"}
			preview="If that was you, there's nothing to do."
			reason={`Sent by ${appName}, because this ${isDone ? "was" : "is"} the address of your account.`}
		>
			<Paragraph>Hello{username && ` ${username}`},</Paragraph>
			<Paragraph>
				{isDone
					? "Your account now has another e-mail address. This is our last e-mail to the old one."
					: "Someone who knows your password asked to use another e-mail address for your account. It changes once that address is confirmed."}
			</Paragraph>
			<Paragraph>If that was you, there's nothing to do.</Paragraph>
			<Paragraph>
				{resetLink
					? "If it wasn't you, choose a new password now: that stops the change."
					: "If it wasn't you, write to us at once."}
			</Paragraph>
			{resetLink && <LinkButton href={resetLink}>Choose a new password</LinkButton>}
		</Mail>
	)
}
