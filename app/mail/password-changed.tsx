import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

export function PasswordChangedMail(props: { username: string | null; resetLink: string | null }) {
	return (
		<Mail
			subject={`Your password for ${appName} was changed`}
			title="Your password was changed"
			preview="If that was you, there's nothing to do."
			reason={`Sent by ${appName}, because the password of your account was changed.`}
		>
			<Paragraph>Hello{props.username && ` ${props.username}`},</Paragraph>
			<Paragraph>
				The password of your account was just changed. If that was you, there's nothing to do.
			</Paragraph>
			<Paragraph>
				{props.resetLink
					? "If it wasn't you, someone else knows your password or reads your e-mail. Choose a new password now, and change your e-mail password too."
					: "If it wasn't you, write to us at once."}
			</Paragraph>
			{props.resetLink && <LinkButton href={props.resetLink}>Choose a new password</LinkButton>}
		</Mail>
	)
}
