package awsclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// notAnAnswer is the error for a response with a status of success that is not
// an answer to the call: an empty body, the page of a proxy, an error that
// has status 200. The SDK's decoders make an empty list of it.
type notAnAnswer struct{ why string }

func (e *notAnAnswer) Error() string { return "not an answer to the call: " + e.why }

// RetryableError makes the SDK send the request again.
func (e *notAnAnswer) RetryableError() bool { return true }

// wholeAnswers is the option of every client that refuses such a response
// before a decoder sees it. It comes last in the stack, next to the connection.
func wholeAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(answerCheck{stack.ID()}, middleware.After)
}

// answerCheck belongs to the stack of one operation. The names in the context may be of
// another one: the SDK's client that fetches the credentials of a container sets none, and
// is called from within the call that needs them.
type answerCheck struct{ operation string }

// ID names the middleware.
func (answerCheck) ID() string { return "WholeAnswer" }

// HandleDeserialize reads the body of a response and passes it on whole. Errors
// of AWS (status 300 and above) are the decoders' business.
func (c answerCheck) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || response.StatusCode < 200 || response.StatusCode >= 300 {
		return out, metadata, err
	}
	body, ok := response.Body.(*wholeBody)
	if !ok { // clients of the configuration have connections of their own
		data, err := readAll(response.Body, nil, mostAnswer)
		response.Body.Close()
		if err != nil {
			return out, metadata, err
		}
		body = &wholeBody{bytes.NewReader(data), data, nil}
		response.Body = body
	}
	if crowded(body.data) {
		body.release()
		return out, metadata, errTooMany
	}
	if middleware.GetOperationName(ctx) != c.operation {
		return out, metadata, nil
	}
	if why := lacking(middleware.GetServiceID(ctx), c.operation, response.StatusCode, body.data); why != "" {
		err = &notAnAnswer{why}
		body.release()
	}
	return out, metadata, err
}

// queryServices answer in XML. The outermost element is named after the action:
// <DescribeVpcsResponse> (EC2 API reference, "Making API requests").
var queryServices = map[string]bool{"EC2": true, "STS": true, "Elastic Load Balancing": true, "Elastic Load Balancing v2": true, "Auto Scaling": true}

// sets are elements that an answer in XML has even where a list is empty. The
// two APIs of Elastic Load Balancing share the name of their action, so that the
// element alone distinguishes their answers.
var sets = map[string]string{
	"EC2 DescribeSecurityGroups":                      "securityGroupInfo",
	"EC2 DescribeNetworkInterfaces":                   "networkInterfaceSet",
	"EC2 DescribeSecurityGroupRules":                  "securityGroupRuleSet",
	"EC2 DescribeRegions":                             "regionInfo",
	"EC2 DescribeVpcBlockPublicAccessOptions":         "vpcBlockPublicAccessOptions",
	"STS GetCallerIdentity":                           "Account",
	"STS AssumeRole":                                  "Credentials",
	"Elastic Load Balancing DescribeLoadBalancers":    "LoadBalancerDescriptions",
	"Elastic Load Balancing v2 DescribeLoadBalancers": "LoadBalancers",
	"Elastic Load Balancing v2 DescribeListeners":     "Listeners",
	"Auto Scaling DescribeAutoScalingGroups":          "AutoScalingGroups",
}

// members are those that an answer in JSON has always, by service and
// operation: a list, which is empty where there is nothing, an object, or a text.
var members = map[string]map[string]string{
	"Lambda": {"ListFunctions": "Functions"},
	"WAFV2":  {"ListWebACLs": "WebACLs", "ListResourcesForWebACL": "ResourceArns"},
	"Config Service": {
		"DescribeConfigurationRecorders":      "ConfigurationRecorders",
		"DescribeConfigurationRecorderStatus": "ConfigurationRecordersStatus",
		"SelectResourceConfig":                "Results",
		"SelectAggregateResourceConfig":       "Results",
	},
	"Service Quotas": {"GetServiceQuota": "Quota"},
	"Organizations": {
		"ListAccounts": "Accounts", "ListAccountsForParent": "Accounts",
		"ListOrganizationalUnitsForParent": "OrganizationalUnits", "ListTagsForResource": "Tags",
	},
	"SSO":    {"GetRoleCredentials": "roleCredentials"},
	"Athena": athenaMembers,
}

// noMember stands for the member of an answer that is an empty object.
const noMember = "-"

// lacking returns what keeps a response from being an answer to the call, empty
// where it is one. Services that are in no table are not held to a form: they
// give credentials, and the SDK refuses those that are not whole.
func lacking(service, operation string, status int, data []byte) string {
	objects, speaksJSON := members[service]
	member, set := objects[operation], sets[service+" "+operation]
	if api, call := referrerCall(service, operation); call != nil {
		speaksJSON = api.Form != inventory.FormQuery
		member, set = call.Member(), call.Member()
	} else if !speaksJSON && !queryServices[service] {
		return ""
	}
	if status != http.StatusOK {
		return fmt.Sprintf("status %d", status)
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	if len(data) == 0 {
		return "the body is empty"
	}
	if speaksJSON {
		return lackingJSON(data, member)
	}
	return lackingXML(data, operation, set)
}

// referrerCall returns the call of inventory.ReferrerServices, or nil where there is
// none.
func referrerCall(service, operation string) (*inventory.ServiceAPI, *inventory.ServiceCall) {
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		for k := range s.Kinds {
			for n := range s.Kinds[k].Calls {
				call := &s.Kinds[k].Calls[n]
				if api, _ := call.API(s); api.ID == service && call.Action == operation {
					return api, call
				}
			}
		}
	}
	return nil, nil
}

func lackingJSON(data []byte, member string) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil || object == nil {
		return otherwise(data, "the body is not a JSON object")
	}
	if member == noMember {
		return ""
	}
	if value := object[member]; len(value) == 0 || value[0] != '[' && value[0] != '{' && (value[0] != '"' || len(value) == len(`""`)) {
		return fmt.Sprintf("the JSON object has no %q", member)
	}
	return ""
}

func lackingXML(data []byte, operation, set string) string {
	root := rootElement(data)
	switch local := root[bytes.IndexByte(root, ':')+1:]; {
	case len(root) == 0:
		return otherwise(data, "the body is not XML")
	case string(local) == "Response" || string(local) == "ErrorResponse":
		if code := errorCode.FindSubmatch(data); code != nil {
			return fmt.Sprintf("an error with status 200: %s", words.Cut(string(code[1]), mostName))
		}
		return "an error with status 200"
	case string(local) != operation+"Response":
		return otherwise(data, fmt.Sprintf("the body is <%s>", words.Cut(string(root), mostName)))
	}
	end, closed := bytes.CutSuffix(data, []byte(">"))
	if !closed || !bytes.HasSuffix(bytes.TrimRight(end, " \t\r\n"), append([]byte("</"), root...)) {
		return "the body ends before its last element"
	}
	if set != "" && !hasElement(data, set) {
		return fmt.Sprintf("the body has no <%s>", set)
	}
	return ""
}

var (
	errorCode = regexp.MustCompile(`<Code>([A-Za-z0-9.]+)</Code>`)
	webPage   = regexp.MustCompile(`(?i)^(<!doctype html|<html)`)

	// beforeRoot is what a document may have in front of its outermost element.
	beforeRoot = regexp.MustCompile(`^(?s:\s*(?:<\?.*?\?>|<!--.*?-->|<!\w[^<>]*>))*\s*`)
	startTag   = regexp.MustCompile(`^<([A-Za-z_][\w.:-]*)[\s/>]`)
)

const mostName = 60 // bytes of an element's name that a message repeats

// rootElement returns the name of the outermost element, empty where there is
// none.
func rootElement(data []byte) []byte {
	const far = 4096 // where an answer has begun
	data = data[:min(len(data), far)]
	if name := startTag.FindSubmatch(data[len(beforeRoot.Find(data)):]); name != nil {
		return name[1]
	}
	return nil
}

// hasElement reports whether an element is opened. Texts cannot hold what it
// looks for: they have no <.
func hasElement(data []byte, name string) bool {
	tag := []byte("<" + name)
	for {
		i := bytes.Index(data, tag)
		if i < 0 {
			return false
		}
		data = data[i+len(tag):]
		if len(data) > 0 && strings.IndexByte("> /\t\r\n", data[0]) >= 0 {
			return true
		}
	}
}

// otherwise says of a body that it is a web page, which is what proxies and
// sign-in pages send, and else what is given.
func otherwise(data []byte, why string) string {
	if webPage.Match(data) {
		return "the body is a web page"
	}
	return why
}
