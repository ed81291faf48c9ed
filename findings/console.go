package findings

import (
	"net/url"
	"regexp"
	"strings"
)

// consoles are the hosts of the AWS console by partition. Where a partition has
// none that is public there is no link.
var consoles = map[string]string{"aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}

// The pages of the EC2 console by what an id begins with, as builders of such
// links agree on them; AWS does not document them.
var consolePages = map[string]string{
	"sg":  "SecurityGroup:groupId=",
	"eni": "NetworkInterface:networkInterfaceId=",
	"i":   "InstanceDetails:instanceId=",
}

var resourceForm = regexp.MustCompile(`^[a-z]+-[0-9a-z]+$`)

// Console returns the address of a security group, a network interface or an
// instance in the AWS console of its partition: empty where there is no such
// page, or where the id has not the form of AWS's. The console shows it in the
// account that the browser is signed in to.
func Console(partition, region, id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	host, page := consoles[partition], consolePages[prefix]
	if host == "" || page == "" || !resourceForm.MatchString(id) {
		return ""
	}
	u := url.URL{Scheme: "https", Host: host, Path: "/ec2/home", RawQuery: url.Values{"region": {region}}.Encode(), Fragment: page + id}
	return u.String()
}
