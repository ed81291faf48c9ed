package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"github.com/sgaudit/sgaudit/words"
)

// credentialsError says what is wrong with the credentials, the profile or the
// configuration files, or returns nil where the fault is another. The SDK names
// neither the profile nor the file in many of its errors, and some have no type
// of their own.
func credentialsError(opts *Options, err error) *SetupError {
	say := func(message, hint string) *SetupError {
		return &SetupError{Message: message, Hint: hint, Err: err, local: true}
	}
	var (
		noProfile config.SharedConfigProfileNotExistError
		noSource  config.SharedConfigAssumeRoleError
		noToken   config.AssumeRoleTokenProviderNotSetError
		process   *processcreds.ProviderError
		sso       *ssocreds.InvalidTokenError
		file      *fs.PathError
		api       smithy.APIError
	)
	profile := cmp.Or(opts.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"))
	named := "the default profile"
	if profile != "" {
		named = fmt.Sprintf("profile %q", profile)
	}
	files := "look into " + configurationFile("AWS_CONFIG_FILE", "config") + " and " + configurationFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")
	text := err.Error()
	switch {
	case errors.As(err, &noProfile) && noProfile.Profile != profile && profile != "":
		return say(fmt.Sprintf("%s takes its credentials from the source_profile %q, which the AWS configuration does not have", named, noProfile.Profile), files)
	case errors.As(err, &noProfile):
		if broken := brokenFile(); broken != "" {
			return say(fmt.Sprintf("the AWS configuration has no profile %q that can be read: %s", noProfile.Profile, broken), files)
		}
		return say(fmt.Sprintf("the AWS configuration has no profile %q", noProfile.Profile), "`aws configure list-profiles` lists them")
	case errors.As(err, &noSource) && noSource.Profile == profile:
		return say(named+" takes its role with its own credentials: its source_profile leads back to it, or is not set", files)
	case strings.Contains(text, "credential_source values must be"):
		return say(named+" has a credential_source that AWS does not know", "write Environment, Ec2InstanceMetadata or EcsContainer; "+files)
	case errors.As(err, &noSource):
		return say(fmt.Sprintf("%s takes a role with the credentials of profile %q, which has none", named, noSource.Profile), files)
	case errors.As(err, &noToken):
		return say(named+" needs an MFA code, and sgaudit can ask for it on a terminal only", "run it on a terminal, or use credentials of a session that was begun with MFA")
	case strings.Contains(text, "partial credentials found"):
		if _, section, ok := strings.Cut(text, "partial credentials found for profile "); ok { // perhaps of a source_profile
			named = fmt.Sprintf("profile %q", strings.TrimPrefix(firstLine(section), "profile "))
		}
		return say(named+" has an access key id without a secret access key, or the reverse", "set both aws_access_key_id and aws_secret_access_key; "+files)
	case strings.Contains(text, "unsupported protocol scheme"), strings.Contains(text, "no Host in request URL"): // flags and variables were checked before
		return say("the endpoint_url of "+named+" does not begin with http:// or https://", "write it like http://localhost:4566; "+files)
	case errors.As(err, &process):
		if strings.Contains(text, "parse failed") || strings.Contains(text, "in process output") { // which may hold a secret
			return say("the credential_process of "+named+" did not print credentials as AWS expects them", "run its command by hand: it must print JSON with Version 1, AccessKeyId and SecretAccessKey")
		}
		return say(fmt.Sprintf("the credential_process of %s failed: %s", named, rootCause(err)), "run its command by hand")
	case strings.Contains(text, "failed to find SSO session section"):
		return say(named+" names an sso_session that the AWS configuration does not have", files)
	case errors.As(err, &sso) || strings.Contains(text, "SSO session") || strings.Contains(text, "cached SSO token"),
		strings.Contains(text, "operation error SSO") && codeOf(err) == "UnauthorizedException":
		login := "aws sso login"
		if profile != "" {
			login += " --profile " + shellWord(profile)
		}
		return say(fmt.Sprintf("the SSO session of %s has expired or was not started", named), "sign in with `"+login+"`")
	case strings.Contains(text, "failed to retrieve jwt"):
		return say("the web identity token could not be read: "+rootCauseOfFile(err), "check AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile")
	case errors.As(err, &file) && file.Path != "" && file.Path == os.Getenv("AWS_CA_BUNDLE"):
		return say("the certificates of AWS_CA_BUNDLE could not be read: "+rootCauseOfFile(err), "")
	case strings.Contains(text, "failed to load credentials,"): // endpointcreds
		cause := strings.TrimPrefix(rootCause(err), ": ") // an answer without a code
		if _, file, found := strings.Cut(text, ": open "); found {
			cause = "open " + firstLine(file) // the token's; the error has no type
		}
		return say("the credentials of this container could not be fetched: "+cause, "check the task role of ECS, or the association of EKS Pod Identity; "+containerVariables())
	case errors.As(err, &api): // AWS itself has answered
		return nil
	case strings.Contains(text, "failed to load") || strings.Contains(text, "failed to parse"):
		return say("the AWS configuration files could not be read: "+firstLine(text), files)
	case strings.Contains(text, "no EC2 IMDS role found"), strings.Contains(text, "failed to refresh cached credentials"), strings.Contains(text, "get credentials"):
		return noCredentials(err, profile, named, text)
	}
	return nil
}

// containerVariables are the variables by which ECS and EKS say where a container gets its
// credentials.
func containerVariables() string {
	var set []string
	for _, name := range []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"} {
		if value := os.Getenv(name); value != "" {
			set = append(set, name+" is "+words.Cut(value, mostText))
		}
	}
	return strings.Join(set, ", ")
}

// noCredentials says that none were found, and what stands in the way if that
// can be seen.
func noCredentials(err error, profile, named, text string) *SetupError {
	e := &SetupError{Message: "no AWS credentials were found", Err: err, local: true}
	e.Hint = "set AWS_PROFILE, give --profile, or sign in with `aws sso login`"
	switch {
	case strings.Contains(text, "access disabled to EC2 IMDS"):
		e.Hint += "; the instance metadata service was not asked, because AWS_EC2_METADATA_DISABLED is set"
	case strings.Contains(text, "EC2 IMDS"):
		e.Hint += "; where this is not an EC2 instance, AWS_EC2_METADATA_DISABLED=true skips the instance metadata service"
	}
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID") != "", os.Getenv("AWS_SECRET_ACCESS_KEY") != ""
	broken := brokenFile()
	switch {
	case id && !secret:
		e.Message += ": AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"
	case secret && !id:
		e.Message += ": AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"
	case broken != "":
		e.Message, e.Hint = e.Message+": "+broken, "correct the file"
	default:
		if why, hint := unusableProfile(profile, named); why != "" {
			e.Message, e.Hint = e.Message+": "+why, hint
		} else if profile != "" {
			e.Message += ": " + named + " has none that work"
		}
	}
	return e
}

// unusableProfile returns why a profile gives no credentials, with what to do
// about it, where the configuration files show that.
func unusableProfile(profile, named string) (why, hint string) {
	for _, variable := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		if name := os.Getenv(variable); name != "" {
			if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
				return fmt.Sprintf("%s names %s, which does not exist", variable, name), "set " + variable + " to a file, or unset it"
			}
		}
	}
	shared, err := sharedProfile(cmp.Or(profile, "default"))
	switch {
	case err != nil || shared.RoleARN == "":
		return "", ""
	case shared.CredentialSource != "":
		return fmt.Sprintf("%s takes its role with the credentials of its credential_source %s, which has none", named, shared.CredentialSource),
			map[string]string{"Environment": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}[shared.CredentialSource]
	case shared.SourceProfileName == "" && shared.WebIdentityTokenFile == "":
		return named + " has a role_arn, and neither a source_profile nor a credential_source to take the role with",
			"add source_profile = NAME to the profile, NAME being a profile with credentials"
	}
	return "", ""
}

// sharedProfile returns what the configuration files say of a profile.
func sharedProfile(name string) (config.SharedConfig, error) {
	return config.LoadSharedConfigProfile(context.Background(), name, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles = []string{configurationFile("AWS_CONFIG_FILE", "config")}
		o.CredentialsFiles = []string{configurationFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")}
	})
}

// configurationFile returns the name of a configuration file: what the variable
// says, or the file of ~/.aws with that name.
func configurationFile(variable, name string) string {
	home, _ := os.UserHomeDir()
	return cmp.Or(os.Getenv(variable), filepath.Join(home, ".aws", name))
}

// rootCauseOfFile returns the error of the file system with the file's name.
func rootCauseOfFile(err error) string {
	if file := (*fs.PathError)(nil); errors.As(err, &file) {
		return firstLine(file.Error())
	}
	return rootCause(err)
}

// brokenFile returns the first line of the configuration files that is neither
// a section nor a setting, in words, or nothing. The SDK passes over such lines,
// and over a file in another encoding, without an error.
func brokenFile() string {
	for _, name := range []string{configurationFile("AWS_CONFIG_FILE", "config"), configurationFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")} {
		content, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if !utf8.Valid(content) || slices.Contains(content, 0) {
			return name + " is not UTF-8 text"
		}
		n := 0
		for line := range strings.Lines(string(content)) {
			n++
			indented := strings.TrimLeft(line, " \t") != line // belongs to the setting above
			line = strings.TrimSpace(line)
			section := strings.HasPrefix(line, "[") && strings.Contains(line, "]")
			key, _, setting := strings.Cut(line, "=")
			if line != "" && !indented && line[0] != '#' && line[0] != ';' && !section && (!setting || strings.TrimSpace(key) == "" || line[0] == '[') {
				return fmt.Sprintf("line %d of %s is neither a section like [profile NAME] nor a setting like KEY = VALUE", n, name)
			}
		}
	}
	return ""
}

// endpointError refuses an endpoint that is not the address of a web server, before
// the SDK tries it again and again. A flag counts more than the environment.
func endpointError(opts *Options) *SetupError {
	check := func(name, text string) *SetupError {
		u, err := url.Parse(text)
		switch {
		case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
			return nil
		case !strings.Contains(text, "://"):
			return &SetupError{Message: fmt.Sprintf("%s %q does not begin with http:// or https://", name, words.Cut(text, mostText)), Hint: "write it like http://localhost:4566"}
		}
		return &SetupError{Message: fmt.Sprintf("%s %q is not the address of a web server", name, words.Cut(text, mostText)), Hint: "write it like http://localhost:4566", Err: err}
	}
	if opts.EndpointURL != "" {
		return check("--endpoint-url", opts.EndpointURL)
	}
	if strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return nil
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_EC2"} {
		if text := os.Getenv(name); text != "" {
			if e := check(name, text); e != nil {
				return e
			}
		}
	}
	return nil
}

// shellWord quotes a name for a POSIX shell where that is needed.
func shellWord(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@:+") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
