import { config } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

export function VerifyMail({ username, link, days }: { username: string; link: string; days: number }) {
	return (
		<Mail subject={`Confirm your e-mail address for ${config.appName}`}>
			<Paragraph>Hello {username},</Paragraph>
			<Paragraph>to finish your registration, please confirm that this address is yours.</Paragraph>
			<LinkButton href={link}>Confirm my address</LinkButton>
			<Paragraph quiet>
				The link works once, and for {days} days. If you did not register, do nothing: without your
				confirmation the account cannot be used.
			</Paragraph>
		</Mail>
	)
}
