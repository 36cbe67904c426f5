// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type sampleInput struct {
	Sort string `query:"sort" required:"true" enum:"a,b"`
	N    int    `query:"n" minimum:"1" maximum:"9"`
	At   string `query:"at" format:"date-time"`
	Key  string `header:"X-Key" required:"true"`
	Body struct {
		Name  string    `json:"name" minLength:"2" maxLength:"3"`
		Kind  string    `json:"kind,omitempty" enum:"x,y"`
		File  []byte    `json:"file,omitempty"`
		When  time.Time `json:"when,omitempty"`
		Yes   bool      `json:"yes,omitempty"`
		Code  string    `json:"code,omitempty" pattern:"^[a-z]+$"`
		Inner struct {
			List []int `json:"list" minItems:"1" maxItems:"2"`
		} `json:"inner"`
	}
}

// A refusal of huma is a problem with the texts of this package, whatever huma's texts are.
func TestHumasRefusalsAreProblems(t *testing.T) {
	mux := http.NewServeMux()
	c := huma.DefaultConfig("test", "1")
	c.RejectUnknownQueryParameters = true
	huma.Register(humago.New(mux, c), huma.Operation{Method: http.MethodPost, Path: "/x", OperationID: "x"},
		func(context.Context, *sampleInput) (*struct{}, error) { return nil, nil })
	const good = `{"name":"ab","inner":{"list":[1]}}`
	for name, c := range map[string]struct {
		query, key, body string
		want             []FieldProblem
	}{
		"good":             {"sort=a", "k", good, nil},
		"unknown query":    {"sort=a&boh=", "k", good, []FieldProblem{{"boh", "is not a parameter of this call", "the parameters that /openapi.json names"}}},
		"missing query":    {"", "k", good, []FieldProblem{{"sort", "is required", ""}}},
		"empty query":      {"sort=", "k", good, []FieldProblem{{"sort", "is required", ""}}},
		"missing header":   {"sort=a", "", good, []FieldProblem{{"X-Key", "is required", ""}}},
		"not in the enum":  {"sort=c", "k", good, []FieldProblem{{"sort", "is not one of the values", "one of a, b"}}},
		"too low":          {"sort=a&n=-1", "k", good, []FieldProblem{{"n", "has the wrong type or form", "number >= 1"}}},
		"too high":         {"sort=a&n=10", "k", good, []FieldProblem{{"n", "has the wrong type or form", "number <= 9"}}},
		"no number":        {"sort=a&n=x", "k", good, []FieldProblem{{"n", "is not valid", "invalid integer"}}},
		"no moment":        {"sort=a&at=x", "k", good, []FieldProblem{{"at", "has the wrong type or form", "string to be RFC 3339 date-time"}}},
		"missing property": {"sort=a", "k", `{"inner":{"list":[1]}}`, []FieldProblem{{"name", "is required", ""}}},
		"missing below":    {"sort=a", "k", `{"name":"ab","inner":{}}`, []FieldProblem{{"inner.list", "is required", ""}}},
		"unknown property": {"sort=a", "k", `{"name":"ab","inner":{"list":[1]},"boh":1}`, []FieldProblem{{"boh", "is not a field of this call", "the fields that /openapi.json names"}}},
		"too short":        {"sort=a", "k", `{"name":"a","inner":{"list":[1]}}`, []FieldProblem{{"name", "has the wrong type or form", "length >= 2"}}},
		"too long":         {"sort=a", "k", `{"name":"abcd","inner":{"list":[1]}}`, []FieldProblem{{"name", "has the wrong type or form", "length <= 3"}}},
		"too few":          {"sort=a", "k", `{"name":"ab","inner":{"list":[]}}`, []FieldProblem{{"inner.list", "has the wrong type or form", "array length >= 1"}}},
		"too many":         {"sort=a", "k", `{"name":"ab","inner":{"list":[1,2,3]}}`, []FieldProblem{{"inner.list", "has the wrong type or form", "array length <= 2"}}},
		"no string":        {"sort=a", "k", `{"name":7,"inner":{"list":[1]}}`, []FieldProblem{{"name", "has the wrong type or form", "string"}}},
		"no integer":       {"sort=a", "k", `{"name":"ab","inner":{"list":["x"]}}`, []FieldProblem{{"inner.list[0]", "has the wrong type or form", "integer"}}},
		"no array":         {"sort=a", "k", `{"name":"ab","inner":{"list":1}}`, []FieldProblem{{"inner.list", "has the wrong type or form", "array"}}},
		"no object":        {"sort=a", "k", `{"name":"ab","inner":1}`, []FieldProblem{{"inner", "has the wrong type or form", "object"}}},
		"no boolean":       {"sort=a", "k", `{"name":"ab","inner":{"list":[1]},"yes":"1"}`, []FieldProblem{{"yes", "has the wrong type or form", "boolean"}}},
		"no date":          {"sort=a", "k", `{"name":"ab","inner":{"list":[1]},"when":"ieri"}`, []FieldProblem{{"when", "has the wrong type or form", "string to be RFC 3339 date-time"}}},
		"no match":         {"sort=a", "k", `{"name":"ab","inner":{"list":[1]},"code":"A"}`, []FieldProblem{{"code", "has the wrong type or form", "string to match pattern ^[a-z]+$"}}},
		"no base64":        {"sort=a", "k", `{"name":"ab","inner":{"list":[1]},"file":"%"}`, []FieldProblem{{"file", "is empty or not base64", "1 to 1048576 bytes in base64"}}},
		"no such kind":     {"sort=a", "k", `{"name":"ab","inner":{"list":[1]},"kind":"z"}`, []FieldProblem{{"kind", "is not one of the values", "one of x, y"}}},
	} {
		r := httptest.NewRequest(http.MethodPost, "/x?"+c.query, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json")
		if c.key != "" {
			r.Header.Set("X-Key", c.key)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		var got Problem
		if w.Body.Len() > 0 {
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !reflect.DeepEqual(got.Errors, c.want) {
			t.Errorf("%s: got %d %+v, want %+v", name, w.Code, got.Errors, c.want)
		}
	}
}
