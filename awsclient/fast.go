package awsclient

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// fast decodes the answer of a call with a scanner, in place of the SDK's own
// decoder, which makes hundreds of allocations for every group and interface.
// Signing, retries and limits stay the SDK's. The SDK's decoder is kept: it
// gets every error, and every answer that the scanner leaves to it.
func (r *reader) fast(decode func(*scanner) (any, error)) func(*ec2.Options) {
	return func(o *ec2.Options) {
		if r.of.opts.SDKDecoder {
			return
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			d := &deserializer{decode: decode, left: r.leftToSDK}
			replaced, err := stack.Deserialize.Swap("OperationDeserializer", d)
			d.sdk = replaced
			return err
		})
	}
}

// leftToSDK tells once for each call of a region that an answer had a shape
// which the scanner does not know.
func (r *reader) leftToSDK(operation string, why error) {
	r.mu.Lock()
	told := r.slow[operation]
	if r.slow == nil {
		r.slow = map[string]bool{}
	}
	r.slow[operation] = true
	r.mu.Unlock()
	if !told {
		r.of.opts.Debug(fmt.Sprintf("%s: an answer to %s has an unknown shape (%v): the SDK's decoder reads it, which takes longer", r.region.Name, operation, why))
	}
}

type deserializer struct {
	decode func(*scanner) (any, error)
	left   func(operation string, why error)
	sdk    middleware.DeserializeMiddleware
}

// ID is the one of the middleware that it stands for.
func (*deserializer) ID() string { return "OperationDeserializer" }

// HandleDeserialize decodes what comes back.
func (d *deserializer) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if err != nil {
		return out, metadata, err
	}
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.StatusCode == http.StatusOK {
		if body, ok := response.Body.(*wholeBody); ok {
			result, err := d.decode(&scanner{data: body.data})
			if err == nil {
				body.release() // texts were copied
				out.Result = result
				return out, metadata, nil
			}
			d.left(middleware.GetOperationName(ctx), err)
		}
	}
	return d.sdk.HandleDeserialize(ctx, in, given{out, metadata})
}

// given is a handler that has its answer already.
type given struct {
	out      middleware.DeserializeOutput
	metadata middleware.Metadata
}

// HandleDeserialize returns the answer.
func (g given) HandleDeserialize(context.Context, middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
	return g.out, g.metadata, nil
}

// leastItem is about the size in bytes of the items that are read so. A list
// that is made for all of them at once is not copied while it grows.
const leastItem = 1200

// scanPage reads a whole answer: a set of items, and the token of the next.
func scanPage[T any](s *scanner, set string, items *[]T, item func(*scanner, *T) error, token **string) error {
	if err := s.root(); err != nil {
		return err
	}
	return s.children(func(name []byte) error {
		switch string(name) {
		case set:
			return scanList(s, items, min(pageSize, len(s.data)/leastItem+1), item)
		case "nextToken":
			return s.setText(token)
		}
		return s.other(name)
	})
}

func scanGroups(s *scanner) (any, error) {
	out := &ec2.DescribeSecurityGroupsOutput{}
	return out, scanPage(s, "securityGroupInfo", &out.SecurityGroups, scanGroup, &out.NextToken)
}

func scanGroup(s *scanner, g *types.SecurityGroup) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "groupId":
			return s.setText(&g.GroupId)
		case "groupName":
			return s.setText(&g.GroupName)
		case "groupDescription":
			return s.setText(&g.Description)
		case "ownerId":
			return s.setText(&g.OwnerId)
		case "vpcId":
			return s.setText(&g.VpcId)
		case "ipPermissions":
			return scanList(s, &g.IpPermissions, 8, scanPermission)
		case "ipPermissionsEgress":
			return scanList(s, &g.IpPermissionsEgress, 8, scanPermission)
		case "tagSet":
			return scanList(s, &g.Tags, 1, scanTag)
		}
		return s.other(name)
	})
}

func scanTag(s *scanner, t *types.Tag) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "key":
			return s.setText(&t.Key)
		case "value":
			return s.setText(&t.Value)
		}
		return s.other(name)
	})
}

func scanPermission(s *scanner, p *types.IpPermission) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "ipProtocol":
			return s.setText(&p.IpProtocol)
		case "fromPort":
			return s.setNumber(&p.FromPort)
		case "toPort":
			return s.setNumber(&p.ToPort)
		case "ipRanges":
			return scanList(s, &p.IpRanges, 1, func(s *scanner, r *types.IpRange) error {
				return scanPeer(s, "cidrIp", &r.CidrIp, &r.Description)
			})
		case "ipv6Ranges":
			return scanList(s, &p.Ipv6Ranges, 1, func(s *scanner, r *types.Ipv6Range) error {
				return scanPeer(s, "cidrIpv6", &r.CidrIpv6, &r.Description)
			})
		case "prefixListIds":
			return scanList(s, &p.PrefixListIds, 1, func(s *scanner, r *types.PrefixListId) error {
				return scanPeer(s, "prefixListId", &r.PrefixListId, &r.Description)
			})
		case "groups":
			return scanList(s, &p.UserIdGroupPairs, 1, scanReference)
		}
		return s.other(name)
	})
}

func scanPeer(s *scanner, element string, id, description **string) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case element:
			return s.setText(id)
		case "description":
			return s.setText(description)
		}
		return s.other(name)
	})
}

func scanReference(s *scanner, g *types.UserIdGroupPair) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "groupId":
			return s.setText(&g.GroupId)
		case "userId":
			return s.setText(&g.UserId)
		case "vpcId":
			return s.setText(&g.VpcId)
		case "vpcPeeringConnectionId":
			return s.setText(&g.VpcPeeringConnectionId)
		case "peeringStatus":
			return s.setText(&g.PeeringStatus)
		case "description":
			return s.setText(&g.Description)
		}
		return s.other(name)
	})
}

func scanRules(s *scanner) (any, error) {
	out := &ec2.DescribeSecurityGroupRulesOutput{}
	return out, scanPage(s, "securityGroupRuleSet", &out.SecurityGroupRules, scanRule, &out.NextToken)
}

func scanRule(s *scanner, r *types.SecurityGroupRule) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "securityGroupRuleId":
			return s.setText(&r.SecurityGroupRuleId)
		case "groupId":
			return s.setText(&r.GroupId)
		case "isEgress":
			return s.setFlag(&r.IsEgress)
		case "ipProtocol":
			return s.setText(&r.IpProtocol)
		case "fromPort":
			return s.setNumber(&r.FromPort)
		case "toPort":
			return s.setNumber(&r.ToPort)
		case "cidrIpv4":
			return s.setText(&r.CidrIpv4)
		case "cidrIpv6":
			return s.setText(&r.CidrIpv6)
		case "prefixListId":
			return s.setText(&r.PrefixListId)
		case "referencedGroupInfo":
			if r.ReferencedGroupInfo == nil {
				r.ReferencedGroupInfo = &types.ReferencedSecurityGroup{}
			}
			return scanOne(s, "groupId", &r.ReferencedGroupInfo.GroupId)
		case "tagSet":
			return scanList(s, &r.Tags, 1, scanTag)
		}
		return s.other(name)
	})
}

func scanInterfaces(s *scanner) (any, error) {
	out := &ec2.DescribeNetworkInterfacesOutput{}
	return out, scanPage(s, "networkInterfaceSet", &out.NetworkInterfaces, scanInterface, &out.NextToken)
}

func scanInterface(s *scanner, n *types.NetworkInterface) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "networkInterfaceId":
			return s.setText(&n.NetworkInterfaceId)
		case "vpcId":
			return s.setText(&n.VpcId)
		case "subnetId":
			return s.setText(&n.SubnetId)
		case "availabilityZone":
			return s.setText(&n.AvailabilityZone)
		case "ownerId":
			return s.setText(&n.OwnerId)
		case "status":
			return setWord(s, &n.Status)
		case "interfaceType":
			return setWord(s, &n.InterfaceType)
		case "requesterId":
			return s.setText(&n.RequesterId)
		case "requesterManaged":
			return s.setFlag(&n.RequesterManaged)
		case "description":
			return s.setText(&n.Description)
		case "denyAllIgwTraffic":
			return s.setFlag(&n.DenyAllIgwTraffic)
		case "sourceDestCheck":
			return s.setFlag(&n.SourceDestCheck)
		case "privateIpAddress":
			return s.setText(&n.PrivateIpAddress)
		case "operator":
			if n.Operator == nil {
				n.Operator = &types.OperatorResponse{}
			}
			return scanOne(s, "principal", &n.Operator.Principal)
		case "attachment":
			if n.Attachment == nil {
				n.Attachment = &types.NetworkInterfaceAttachment{}
			}
			return scanTwo(s, "instanceId", &n.Attachment.InstanceId, "instanceOwnerId", &n.Attachment.InstanceOwnerId)
		case "association":
			if n.Association == nil {
				n.Association = &types.NetworkInterfaceAssociation{}
			}
			return scanOne(s, "publicIp", &n.Association.PublicIp)
		case "groupSet":
			return scanList(s, &n.Groups, 1, func(s *scanner, g *types.GroupIdentifier) error { return scanOne(s, "groupId", &g.GroupId) })
		case "privateIpAddressesSet":
			return scanList(s, &n.PrivateIpAddresses, 1, scanPrivateAddress)
		case "ipv6AddressesSet":
			return scanList(s, &n.Ipv6Addresses, 1, func(s *scanner, a *types.NetworkInterfaceIpv6Address) error {
				return scanOne(s, "ipv6Address", &a.Ipv6Address)
			})
		case "tagSet":
			return scanList(s, &n.TagSet, 1, scanTag)
		}
		return s.other(name)
	})
}

func scanPrivateAddress(s *scanner, a *types.NetworkInterfacePrivateIpAddress) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case "privateIpAddress":
			return s.setText(&a.PrivateIpAddress)
		case "association":
			if a.Association == nil {
				a.Association = &types.NetworkInterfaceAssociation{}
			}
			return scanOne(s, "publicIp", &a.Association.PublicIp)
		}
		return s.other(name)
	})
}

// scanOne reads the one child that matters of an element, scanTwo two.
func scanOne(s *scanner, element string, to **string) error {
	return scanTwo(s, element, to, "", nil)
}

func scanTwo(s *scanner, element string, to **string, other string, too **string) error {
	return s.children(func(name []byte) error {
		switch string(name) {
		case element:
			return s.setText(to)
		case other:
			return s.setText(too)
		}
		return s.other(name)
	})
}
