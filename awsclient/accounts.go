package awsclient

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Account is one account of a run over several, and how its credentials are
// obtained. The zero value is the account of the run's own credentials.
type Account struct {
	ID      string   // empty: that of the credentials, or not known where these do not work
	Name    string   // for people; may be empty
	Profile string   // of the AWS configuration files; empty: the run's credentials
	Role    string   // the name or the ARN of the role to assume; empty: none
	Regions []string // in the place of the run's; empty: those of the run
	State   string   // of an account that is not read: what AWS Organizations says, as SUSPENDED
	Tags    []inventory.Tag
}

// String names the account for people.
func (a Account) String() string {
	switch {
	case a.ID == "":
		return "of profile " + a.Profile
	case a.Name != "":
		return a.Name + " (" + a.ID + ")"
	}
	return a.ID
}

const (
	operationAssume   = "sts:AssumeRole"
	operationIdentity = "sts:GetCallerIdentity"

	// roleTime is how long the credentials of a role live: the most that AWS gives
	// to a role that another role assumes, and what every role allows (IAM User
	// Guide, "Roles terms and concepts": role chaining).
	roleTime = time.Hour
	// renewBefore is how long before their end credentials are renewed.
	renewBefore = 5 * time.Minute
)

// The texts that STS takes (STS API reference, "AssumeRole").
var (
	sessionName = words.Form(`^[\w+=,.@-]*$`)
	externalID  = words.Form(`^[\w+=,.@:/-]*$`)
)

// CheckSessionName refuses what STS does not take as the name of a session.
func CheckSessionName(text string) error {
	if n := len(text); n < 2 || n > 64 || !sessionName().MatchString(text) {
		return fmt.Errorf("%q is not a session name: it has 2 to 64 letters, digits and characters of +=,.@-_", words.Cut(text, mostText))
	}
	return nil
}

// CheckExternalID refuses what STS does not take as an external id.
func CheckExternalID(text string) error {
	if n := len(text); n < 2 || n > 1224 || !externalID().MatchString(text) {
		return fmt.Errorf("%q is not an external id: it has 2 to 1224 letters, digits and characters of +=,.@:/-_", words.Cut(text, mostText))
	}
	return nil
}

// roleName are the names of roles, perhaps with the path before them (IAM API
// reference, "CreateRole").
var roleName = words.Form(`^(?:[\x21-\x7e]{1,510}/)?[\w+=,.@-]{1,64}$`)

var roleARN = words.Form(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/(.+)$`)

// CheckRole refuses what is neither the name of a role nor its ARN.
func CheckRole(text string) error {
	m := roleARN().FindStringSubmatch(text)
	if m != nil {
		text = m[3]
	} else if strings.HasPrefix(text, "arn:") {
		return fmt.Errorf("%q is not the ARN of a role: write it like arn:aws:iam::111122223333:role/NAME", words.Cut(text, mostText))
	}
	if !roleName().MatchString(text) {
		return fmt.Errorf("%q is not the name of a role", words.Cut(text, mostText))
	}
	return nil
}

// RoleAccount returns the account of a role's ARN, empty for a name.
func RoleAccount(role string) string {
	if m := roleARN().FindStringSubmatch(role); m != nil {
		return m[2]
	}
	return ""
}

// roleFor returns the ARN of the role that leads into an account, empty where the
// credentials are already of the account.
func (c *Client) roleFor(a Account) string {
	switch {
	case a.Role == "" || RoleAccount(a.Role) == "" && a.ID == c.caller.AccountID:
		return ""
	case RoleAccount(a.Role) != "":
		return a.Role
	}
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", c.caller.Partition, a.ID, strings.TrimPrefix(a.Role, "/"))
}

// enter returns the client of another account: with the credentials of a role
// there, which are renewed before they expire, or with c's own where no role is
// needed. Its errors are *inventory.Gap values inside of an accountError.
func (c *Client) enter(ctx context.Context, a Account) (*Client, error) {
	role := c.roleFor(a)
	member := &Client{opts: c.opts, config: c.config.Copy(), home: c.home, caller: c.caller, line: c.line}
	if len(a.Regions) > 0 {
		member.opts.Regions = a.Regions
	}
	if role == "" {
		if a.ID != "" && a.ID != c.caller.AccountID {
			return nil, accountError{inventory.Gap{Operation: operationAssume, Kind: inventory.Denied, Message: "no role was given for it: the credentials are of account " + c.caller.AccountID}}
		}
		return member, nil
	}
	base := sts.NewFromConfig(c.regionConfig(c.home, maxAttempts))
	cache := aws.NewCredentialsCache(untilEnd{ctx, c.opts.callTimeout, stscreds.NewAssumeRoleProvider(base, role, func(o *stscreds.AssumeRoleOptions) {
		o.Duration = roleTime
		o.RoleSessionName = c.opts.SessionName
		if c.opts.ExternalID != "" {
			o.ExternalID = &c.opts.ExternalID
		}
	})}, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = renewBefore })
	member.config.Credentials = cache
	member.role = &assumedRole{cache: cache, arn: role}
	bounded, cancel := context.WithTimeout(ctx, c.opts.callTimeout)
	defer cancel()
	if _, err := cache.Retrieve(bounded); err != nil {
		return nil, accountError{c.refused(ctx, role, err)}
	}
	who, err := sts.NewFromConfig(member.regionConfig(c.home, maxAttempts)).GetCallerIdentity(bounded, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, accountError{gap(0, operationIdentity, err)}
	}
	id, wanted := aws.ToString(who.Account), cmp.Or(a.ID, RoleAccount(role))
	if id != wanted {
		return nil, accountError{inventory.Gap{Operation: operationIdentity, Kind: inventory.Failed, Message: fmt.Sprintf("the credentials of %s are of account %q", role, words.Cut(id, mostName))}}
	}
	member.caller = inventory.Caller{AccountID: id, ARN: aws.ToString(who.Arn), Partition: c.caller.Partition}
	return member, nil
}

// untilEnd gets credentials as long as the run goes on. The SDK's cache gets them apart
// from the context of the call that wants them, so that the end of the run would leave a
// call for each account under way.
type untilEnd struct {
	run     context.Context
	longest time.Duration // for one time
	next    aws.CredentialsProvider
}

// Retrieve gets the credentials.
func (u untilEnd) Retrieve(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, u.longest)
	defer cancel()
	defer context.AfterFunc(u.run, cancel)()
	return u.next.Retrieve(ctx)
}

// accountError is why an account could not be entered.
type accountError struct{ gap inventory.Gap }

func (e accountError) Error() string { return e.gap.Message }

// refused says why a role was not given. AWS answers alike where the role does not
// exist, its trust policy does not allow the caller, the external id is another or
// an organization's policy denies it.
func (c *Client) refused(ctx context.Context, role string, err error) inventory.Gap {
	if ctx.Err() != nil {
		return gap(0, operationAssume, context.Canceled)
	}
	g := gap(0, operationAssume, err)
	switch g.Kind {
	case inventory.Denied:
		path := ""
		if strings.Contains(c.caller.ARN, ":assumed-role/") {
			path = " (with the path of the caller's role, if it has one)"
		}
		g.Message = fmt.Sprintf("%s may not assume %s: the role does not exist, its trust policy lacks this caller%s, or the caller lacks sts:AssumeRole. The role's trust policy needs the statement %s%s",
			c.caller.ARN, role, externalWords(c.opts.ExternalID), TrustStatement(c.caller, c.opts.ExternalID), path)
	case inventory.DeniedByPolicy:
		g.Message += " for " + role
	case inventory.NotOptedIn:
		g.Kind, g.Message = inventory.Failed, "AWS does not know the credentials with which "+role+" was to be assumed"
	default:
		g.Message = role + " could not be assumed: " + g.Message
	}
	return g
}

func externalWords(id string) string {
	if id == "" {
		return " or wants an external id"
	}
	return " or another external id"
}

// TrustStatement returns the statement, as JSON, with which the trust policy of a
// role allows a caller to assume it. A session of a role is allowed through its
// role. The role of a permission set of IAM Identity Center has a path that the
// session does not show, so that its account is allowed on the condition that the
// role has this name (IAM User Guide, "AWS JSON policy elements: Principal").
func TrustStatement(caller inventory.Caller, externalID string) string {
	type condition map[string]map[string]string
	statement := struct {
		Effect    string
		Principal map[string]string
		Action    string
		Condition condition `json:",omitempty"`
	}{"Allow", map[string]string{"AWS": caller.ARN}, operationAssume, condition{}}
	if _, session, found := strings.Cut(caller.ARN, ":assumed-role/"); found {
		name, _, _ := strings.Cut(session, "/")
		iam := "arn:" + caller.Partition + ":iam::" + caller.AccountID
		statement.Principal["AWS"] = iam + ":role/" + name
		if strings.HasPrefix(name, "AWSReservedSSO_") {
			statement.Principal["AWS"] = iam + ":root"
			statement.Condition["ArnLike"] = map[string]string{"aws:PrincipalArn": iam + ":role/aws-reserved/sso.amazonaws.com/*" + name}
		}
	}
	if externalID != "" {
		statement.Condition["StringEquals"] = map[string]string{"sts:ExternalId": externalID}
	}
	text, _ := json.Marshal(statement) // of texts alone, which never fails
	return string(text)
}

// assumedRole are the credentials of a role.
type assumedRole struct {
	arn   string
	cache *aws.CredentialsCache

	mu      sync.Mutex
	renewed time.Time
}

// renewAtMost is the time between two renewals of credentials that AWS calls
// expired: the calls that fail together renew them once.
const renewAtMost = 5 * time.Second

// renew drops the credentials, so that the next call assumes the role anew, and
// reports whether a call that found them expired should be made again.
func (a *assumedRole) renew(err error) bool {
	if a == nil || !isExpired(err) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.renewed) > renewAtMost {
		a.renewed = time.Now()
		a.cache.Invalidate()
	}
	return true
}

func isExpired(err error) bool {
	return err != nil && slices.Contains([]string{"RequestExpired", "ExpiredToken", "ExpiredTokenException"}, codeOf(err))
}

// calledSTS returns the call of STS that failed, as sts:AssumeRole, of several that led to
// each other the first; empty where none did.
func calledSTS(err error) (operation string) {
	for ; err != nil; err = errors.Unwrap(err) {
		if call, ok := err.(*smithy.OperationError); ok && call.ServiceID == sts.ServiceID {
			operation = "sts:" + call.OperationName
		}
	}
	return operation
}

// fromSTS reports whether an error comes from getting credentials, in the course of
// another call.
func fromSTS(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if call, ok := err.(*smithy.OperationError); ok && call.ServiceID == sts.ServiceID {
			return true
		}
	}
	return false
}
