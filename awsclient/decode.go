package awsclient

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

// pages are the items of the answers so far, which may arrive side by side.
// They are put together once: a list that grows is copied again and again.
type pages[T any] struct {
	mu  sync.Mutex
	all [][]T
}

func (p *pages[T]) add(items []T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, items)
}

// decoders are the two ways to one kind of page: from an answer's bytes, and from
// the SDK's type.
type decoders[T, Out any] struct {
	scan    func(s *ec2xml.Scanner, answer []byte) (ec2xml.Page[T], error)
	convert func(*Out) ec2xml.Page[T]
}

var (
	groupDecoders     = decoders[inventory.Group, ec2.DescribeSecurityGroupsOutput]{(*ec2xml.Scanner).Groups, ec2xml.GroupsOf}
	interfaceDecoders = decoders[inventory.Interface, ec2.DescribeNetworkInterfacesOutput]{(*ec2xml.Scanner).Interfaces, ec2xml.InterfacesOf}
	ruleDecoders      = decoders[ec2xml.Rule, ec2.DescribeSecurityGroupRulesOutput]{(*ec2xml.Scanner).Rules, ec2xml.RulesOf}
)

// ask makes a call and returns its answer as a page. The scanner takes the
// place of the SDK's decoder, which makes hundreds of allocations for every
// group and interface; signing, retries and limits stay the SDK's.
func ask[T, In, Out any](ctx context.Context, r *reader, call func(context.Context, *In, ...func(*ec2.Options)) (*Out, error), in *In, d decoders[T, Out]) (ec2xml.Page[T], error) {
	var p ec2xml.Page[T]
	var scanned *Out
	out, err := call(ctx, in, r.fast(func(answer []byte) (any, error) {
		s, _ := r.scanners.Get().(*ec2xml.Scanner)
		if s == nil {
			s = &ec2xml.Scanner{}
		}
		defer r.scanners.Put(s)
		var err error
		if p, err = d.scan(s, answer); err != nil {
			return nil, err
		}
		scanned = new(Out)
		return scanned, nil
	}))
	if err != nil {
		return ec2xml.Page[T]{}, err
	}
	if out != scanned { // the SDK's decoder made it
		return d.convert(out), nil
	}
	return p, nil
}

// fast puts a decoder in the place of the SDK's own. That one is kept: it gets
// every error, and every answer that the other leaves to it.
func (r *reader) fast(decode func(data []byte) (any, error)) func(*ec2.Options) {
	return func(o *ec2.Options) {
		if r.client.opts.SDKDecoder {
			return
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			d := &deserializer{decode: decode, left: r.noteLeftToSDK}
			replaced, err := stack.Deserialize.Swap("OperationDeserializer", d)
			d.sdk = replaced
			return err
		})
	}
}

// noteLeftToSDK says once for each call of a region that an answer had a shape
// which the scanner does not know.
func (r *reader) noteLeftToSDK(operation string, why error) {
	r.mu.Lock()
	told := r.leftToSDK[operation]
	if r.leftToSDK == nil {
		r.leftToSDK = map[string]bool{}
	}
	r.leftToSDK[operation] = true
	r.mu.Unlock()
	if !told {
		r.client.opts.Debug(fmt.Sprintf("%s: an answer to %s has an unknown shape at %v: the SDK's decoder reads it, which takes longer", r.region.Name, operation, why))
	}
}

type deserializer struct {
	decode func(data []byte) (any, error)
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
			result, err := d.decode(body.data)
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
