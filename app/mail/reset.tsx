import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

/** @param props.username null where the address isn't proven: then the name may be a stranger's words */
export function ResetMail(props: { username: string | null; link: string; period: string }) {
	return (
		<Mail subject={`Choose a new password for ${appName}`}>
			<Paragraph>Hello{props.username && ` ${props.username}`},</Paragraph>
			<Paragraph>Someone, most likely you, asked for a new password for your account.</Paragraph>
			<LinkButton href={props.link}>Choose a new password</LinkButton>
			<Paragraph quiet>
				The link works once, for {props.period}, and signs out every device. If this wasn't you, you can
				ignore this e-mail: your password stays as it is.
			</Paragraph>
		</Mail>
	)
}
