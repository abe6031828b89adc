"""The faults that neurons, networks, losses and optimisers can have, each with three hints."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One way to be wrong: a sentence, and a nudge, a pointer, the answer."""

    meaning: str
    nudge: str
    pointer: str
    answer: str


FAULTS = {
    # ---- of neurons and networks ----
    "no parameters": Fault(
        "parameters() is missing, or does not return the weights and biases.",
        "How will an optimiser get hold of the weights?",
        "Write a method parameters() that returns a list.",
        "def parameters(self): return [*self.weights, self.bias]",
    ),
    "wrong number of parameters": Fault(
        "parameters() returns {got} Values where there are {expected}.",
        "Count: one weight per input of each neuron, and one bias per neuron.",
        "Look for a bias, a neuron or a layer that is left out, or in the list twice.",
        "A layer of m neurons with n inputs has m × (n + 1) parameters.",
    ),
    "parameters made anew": Fault(
        "parameters() returns other Values each time it is called.",
        "Whose data does an optimiser change?",
        "parameters() must return the Values that __call__ uses.",
        "Make the Values once, in __init__, and return those.",
    ),
    "shared parameters": Fault(
        "Two neurons, or two networks, have the same Values as parameters.",
        "Should moving a weight of one neuron move one of another?",
        "Look for a default argument, a class attribute or [x] * n that holds Values.",
        "Make new Values in __init__, with a list comprehension.",
    ),
    "not random": Fault(
        "The weights do not begin at random.",
        "What happens to neurons that begin alike?",
        "Draw each weight, for example with random.uniform(-1, 1).",
        "self.weights = [Value(random.uniform(-1, 1)) for _ in range(n_inputs)]",
    ),
    "no bias": Fault(
        "The bias is missing from the sum.",
        "What does the neuron answer when all inputs are 0?",
        "Look at the sum in __call__: where is the bias?",
        "sum(w * x for w, x in zip(self.weights, inputs)) + self.bias",
    ),
    "bias once per input": Fault(
        "The bias is added once for each input.",
        "How often should the bias be added?",
        "The bias is inside the sum over the inputs.",
        "Add it once, outside: sum(w * x …) + self.bias",
    ),
    "bias after the activation": Fault(
        "The bias is added after the activation.",
        "A bias shifts the place where the neuron switches. Does yours?",
        "Look at which part of the formula is inside the activation.",
        "activation(sum + bias), not activation(sum) + bias",
    ),
    "activation on each product": Fault(
        "The activation is applied to each product, not to the sum.",
        "How many times should the activation be called per neuron?",
        "The activation is inside the sum.",
        "Sum first: activation(sum(w * x …) + bias)",
    ),
    "added, not multiplied": Fault(
        "Weights and inputs are added where they must be multiplied.",
        "If an input is 0, can its weight matter?",
        "Look at what is done with w and x in the sum.",
        "sum(w * x …), a product for each input",
    ),
    "input left out": Fault(
        "The last input, or its weight, is left out.",
        "Change the last input: does the output change?",
        "Look at range(…) or at the slice in the sum.",
        "Go over all pairs: zip(self.weights, inputs)",
    ),
    "one weight for all inputs": Fault(
        "All inputs are multiplied by the same weight.",
        "How many weights does the output depend on?",
        "Look at the index of the weight in the sum.",
        "zip(self.weights, inputs) pairs each input with its own weight",
    ),
    "inputs not weighted": Fault(
        "The inputs are added without their weights.",
        "Does the output change with a weight?",
        "Look at what the sum adds up.",
        "sum(w * x …)",
    ),
    "no activation between layers": Fault(
        "The hidden layers have no activation, so that the network is a straight line.",
        "What is a linear function of a linear function?",
        "Look at the activation of the neurons in hidden layers.",
        "Give every layer but the last an activation such as tanh or relu.",
    ),
    "last layer left out": Fault(
        "The output is that of an inner layer.",
        "How many layers does the input pass?",
        "Look at the loop over the layers.",
        "for layer in self.layers: x = layer(x)",
    ),
    "layers not chained": Fault(
        "Each layer gets the input of the network, not the output of the layer before it.",
        "What goes into the second layer?",
        "Look at what the loop over the layers keeps.",
        "for layer in self.layers: x = layer(x), then return x",
    ),
    "wrong number of outputs": Fault(
        "There are {got} outputs where there should be {expected}.",
        "A layer has one output per neuron.",
        "Look at what __call__ returns.",
        "[neuron(x) for neuron in self.neurons]",
    ),
    "wrong output": Fault(
        "The output is not activation(Σ w·x + b), for any of relu, tanh, sigmoid and none.",
        "Work the output out by hand for the numbers above.",
        "Compare each step of __call__ with activation(Σ w·x + b).",
        "activation(sum(w * x for w, x in zip(self.weights, inputs)) + self.bias)",
    ),
    "gradient cut": Fault(
        "The output is right, but no gradient reaches the parameters.",
        "Does the result still know how it was made?",
        "Look for .data, float(…) or math.… on the way to the result.",
        "Compute with the Values themselves, and read .data only to print.",
    ),
    "wrong gradient": Fault(
        "The result is right, but a gradient is not.",
        "Is it the network, or the Value underneath? Check the Value first.",
        "Look for a part that is computed from .data, so that its gradient is lost.",
        "engine.teach.check(Value) finds what is wrong with a Value.",
    ),
    # ---- of losses ----
    "sum, not mean": Fault(
        "The loss is the sum over the samples, not their mean.",
        "What happens to the loss when there are twice as many samples?",
        "Something is missing after the sum.",
        "Divide by the number of samples: sum(…) / len(predictions)",
    ),
    "another factor": Fault(
        "The loss is right but for a factor.",
        "Compare with the formula: is there a 2 or a ½ too many?",
        "Look at the constants.",
        "{formula}",
    ),
    "wrong sign of the loss": Fault(
        "The loss has the wrong sign: it grows as predictions get better.",
        "Should a loss be small or large when all is right?",
        "Look for a minus in front of a logarithm or a margin.",
        "{formula}",
    ),
    "no margin": Fault(
        "Predictions on the right side cost nothing, however near they are to 0.",
        "What does a prediction of 0.1 cost, for the target 1?",
        "The margin is 1, not 0.",
        "{formula}",
    ),
    "not clipped": Fault(
        "Predictions far on the right side lower the loss below 0.",
        "What does a prediction of 5 cost, for the target 1?",
        "Something must keep each term at 0 or above.",
        "{formula}",
    ),
    "not squared": Fault(
        "The errors are not squared, so that those of opposite sign cancel.",
        "What is your loss for the errors −1 and +1?",
        "Square each error before the sum.",
        "{formula}",
    ),
    "takes probabilities": Fault(
        "The loss takes probabilities where it should take logits.",
        "What does your loss make of a score of 3?",
        "Put the sigmoid inside the loss.",
        "{formula}",
    ),
    "no softmax": Fault(
        "The scores are not turned into probabilities.",
        "Do the scores of the other classes matter to your loss?",
        "Subtract log(Σ exp(score)) from the score of the right class.",
        "{formula}",
    ),
    "wrong loss": Fault(
        "The loss is another number than it should be.",
        "Work it out by hand for the numbers above.",
        "Compare your code with the formula, term by term.",
        "{formula}",
    ),
    # ---- of optimisers ----
    "nothing moves": Fault(
        "step() changes no parameter.",
        "Whose data must change?",
        "p = p - … makes a new Value and leaves the parameter as it is.",
        "for p in self.parameters: p.data -= self.learning_rate * p.grad",
    ),
    "uphill": Fault(
        "step() goes with the gradient, so that the loss grows.",
        "The gradient says in which direction the loss grows. Where do you want to go?",
        "Look at the sign in step().",
        "p.data -= learning_rate * p.grad",
    ),
    "learning rate ignored": Fault(
        "step() moves by the whole gradient, whatever the learning rate.",
        "What changes when you halve the learning rate?",
        "The learning rate is missing from step().",
        "p.data -= learning_rate * p.grad",
    ),
    "only the sign": Fault(
        "step() uses only the sign of the gradient.",
        "Should a large gradient move a weight farther than a small one?",
        "Look at what step() makes of p.grad.",
        "p.data -= learning_rate * p.grad",
    ),
    "data replaced": Fault(
        "step() replaces the data, where it should change it.",
        "Where does the old number go?",
        "Compare = and -= .",
        "p.data -= learning_rate * p.grad",
    ),
    "wrong step": Fault(
        "step() moves the parameters to another place than it should.",
        "Work one step out by hand for the numbers above.",
        "Compare step() with the rule of gradient descent.",
        "p.data -= learning_rate * p.grad",
    ),
    "gradients not zeroed": Fault(
        "After zero_grad() a gradient is not 0.",
        "What will the next backward() add to?",
        "zero_grad() must go over all parameters.",
        "for p in self.parameters: p.grad = 0.0",
    ),
    "zero_grad moves": Fault(
        "zero_grad() changes the data of a parameter.",
        "Which of data and grad should be 0?",
        "Look at what zero_grad() sets.",
        "for p in self.parameters: p.grad = 0.0",
    ),
    "no zero_grad": Fault(
        "zero_grad() is missing.",
        "What does backward() add to, in the next step?",
        "Write a method that sets each gradient to 0.",
        "def zero_grad(self): for each p in self.parameters, p.grad = 0.0",
    ),
    # ---- of all ----
    "fails": Fault(
        "It fails: {error}",
        "Run it by hand with the numbers above.",
        "The message says where.",
        "Mend the line that fails; then check again.",
    ),
    "no backward": Fault(
        "The result cannot be differentiated: {error}",
        "Is the result still a Value?",
        "Look for .data, float(…) or math.… on the way to the result.",
        "Compute with the Values themselves, and read .data only to print.",
    ),
}
