import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

export function VerifyMail(props: { username: string; link: string; period: string }) {
	return (
		<Mail subject={`Confirm your e-mail address for ${appName}`}>
			<Paragraph>Hello {props.username},</Paragraph>
			<Paragraph>To finish your registration, please confirm that this address is yours.</Paragraph>
			<LinkButton href={props.link}>Confirm my address</LinkButton>
			<Paragraph quiet>
				The link works once, and for {props.period}. If you did not register, do nothing: without your
				confirmation the account cannot be used.
			</Paragraph>
		</Mail>
	)
}
